// Package llm talks to language models. It knows nothing of conversations, policies or Slack.
//
// There are two models with the same methods: OpenAI, any server that speaks OpenAI's chat completions with
// streaming, and Offline, the built-in model, which quotes the passages it is given and needs no network. The caller
// declares the interface it wants:
//
//	Stream(ctx, Request, func(Delta) error) (Reply, error)
//
// Stream blocks until the reply is complete and hands out its text as it arrives. It never retries: what was handed
// out cannot be taken back, so trying again is the caller's decision, for which every error has a kind (see
// ErrUnavailable and its neighbours). A model that keeps failing is left alone for a while by a circuit breaker.
//
// Everything a model sends is bounded: the time to its first chunk, between chunks and in all, and the number of
// bytes. Nothing is kept between calls except the breaker's state, so a crash loses nothing but the call itself.
// Neither errors nor logs contain the API key or what was said.
package llm
