/** The bytes are not a complete image in a format that this server decodes. */
export class UndecodableImageError extends Error {
  override readonly name = 'UndecodableImageError';
  readonly code = 'undecodable_image';
}

/** The image has more pixels than the limit. */
export class ImageTooLargeError extends Error {
  override readonly name = 'ImageTooLargeError';
  readonly code = 'image_too_large';
}

/** The image is legal, but it would cost far more to decode than its size suggests. */
export class ImageTooComplexError extends Error {
  override readonly name = 'ImageTooComplexError';
  readonly code = 'image_too_complex';
}

/** The bytes are an image in a format that this server could decode, and is told not to. */
export class FormatNotAcceptedError extends Error {
  override readonly name = 'FormatNotAcceptedError';
  readonly code = 'unsupported_media_type';
}
