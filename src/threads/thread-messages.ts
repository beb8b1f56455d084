// The messages between the two ends of a thread link.

/** To the thread. */
export interface RequestMessage<Request> {
  readonly id: number;
  readonly request: Request;
}

/** From the thread: the progress of its start, then one reply to each request, with the request's id. */
export type ThreadMessage<Reply, Ready, Progress> =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'ready'; readonly ready: Ready }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
