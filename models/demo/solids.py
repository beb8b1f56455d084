"""The six solids: meshes, turned at random, lit by one lamp and painted back to front."""

import math

import numpy as np

from pen import contrasting, shade


def lathe(profile, steps=40):
    """A mesh by turning a profile [(radius, height), ...] round the z axis.

    Returns vertices [n, 3] and faces (lists of vertex indices, counter-clockwise from outside).
    """
    angles = np.linspace(0, 2 * math.pi, steps, endpoint=False)
    vertices = [(r * math.cos(a), r * math.sin(a), z) for r, z in profile for a in angles]
    faces = []
    for ring in range(len(profile) - 1):
        for i in range(steps):
            j = (i + 1) % steps
            low, high = ring * steps, (ring + 1) * steps
            faces.append([low + i, low + j, high + j, high + i])
    return np.array(vertices), faces


def rotation(azimuth, elevation, roll):
    """The 3x3 matrix to camera axes: x right, y up, z towards the camera; angles in degrees."""
    a, e, r = np.radians([azimuth, elevation, roll])
    turn = np.array([[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0], [0, 0, 1]])
    tilt = np.array([[1, 0, 0], [0, math.sin(e), math.cos(e)], [0, -math.cos(e), math.sin(e)]])
    spin = np.array([[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]])
    return spin @ tilt @ turn


def render(pen, rng, vertices, faces, elevation, azimuth=(0, 360), shiny=0.0):
    """Paint a mesh. Elevation and azimuth are ranges in degrees; `shiny` adds a highlight 0..1."""
    turn = rotation(rng.uniform(*azimuth), rng.uniform(*elevation), rng.uniform(-22, 22))
    points = vertices @ turn.T
    points -= (points.max(axis=0) + points.min(axis=0)) / 2
    # A mild perspective: the camera stands 5 to 9 units away.
    away = rng.uniform(5, 9)
    flat = points[:, :2] * (away / (away - points[:, 2:]))
    flat /= np.abs(flat).max() * 1.04
    flat[:, 1] *= -1
    # The lamp is above and to one side, so that two neighbouring faces never look the same.
    lamp = np.array([rng.choice([-1, 1]) * rng.uniform(0.5, 1.0), rng.uniform(0.3, 0.9),
                     rng.uniform(0.5, 0.9)])
    lamp /= np.linalg.norm(lamp)
    half = lamp + [0, 0, 1]
    half /= np.linalg.norm(half)
    base = contrasting(rng, pen.background, least=45, sat=(0.1, 1.0), val=(0.55, 1.0))
    ambient = rng.uniform(0.25, 0.42)
    edge = shade(base, 0.3) if rng.random() < 0.25 and len(faces) < 10 else None
    for face in sorted(faces, key=lambda f: points[f, 2].mean()):
        corners = points[face]
        # Newell's sum gives the normal of any polygon, with repeated corners too.
        normal = np.cross(corners, np.roll(corners, -1, axis=0)).sum(axis=0)
        normal /= np.linalg.norm(normal) + 1e-12
        view = np.array([0, 0, away]) - corners.mean(axis=0)
        if normal @ view <= 0:
            continue
        light = ambient + (1.05 - ambient) * max(0.0, float(normal @ lamp))
        gloss = 230 * shiny * max(0.0, float(normal @ half)) ** 30
        pen.poly(flat[face], tuple(min(255, int(c * light + gloss)) for c in base))
        if edge:
            ring = [tuple(p) for p in flat[face]]
            pen.stroke([*ring, ring[0]], 0.025, edge)


def cube(pen, rng):
    """A cube that shows three faces."""
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    faces = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    render(pen, rng, corners, faces, (18, 50), (22, 68))


def pyramid(pen, rng):
    """A square pyramid that shows two sides."""
    height = rng.uniform(1.3, 2.1)
    corners = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0), (0, 0, height)], float)
    faces = [[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4], [3, 2, 1, 0]]
    render(pen, rng, corners, faces, (8, 38), (22, 68))


def sphere(pen, rng):
    """A ball, often glossy."""
    t = np.linspace(-math.pi / 2, math.pi / 2, 25)
    mesh = lathe([(math.cos(a), math.sin(a)) for a in t], 44)
    render(pen, rng, *mesh, (10, 80), shiny=rng.uniform(0, 1))


def cylinder(pen, rng):
    """An upright cylinder that shows its lid."""
    h = rng.uniform(0.9, 1.7)
    render(pen, rng, *lathe([(0, -h), (1, -h), (1, h), (0, h)]), (14, 42))


def cone(pen, rng):
    """An upright cone."""
    h = rng.uniform(1.7, 2.9)
    render(pen, rng, *lathe([(0, 0), (1, 0), (0, h)]), (10, 36))


def torus(pen, rng):
    """A ring whose hole shows."""
    thick = rng.uniform(0.26, 0.42)
    t = np.linspace(0, 2 * math.pi, 19)
    mesh = lathe([(1 + thick * math.cos(a), thick * math.sin(a)) for a in t], 44)
    render(pen, rng, *mesh, (38, 80), shiny=rng.uniform(0, 0.8))
