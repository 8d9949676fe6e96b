/**
 * Agreement on a state between peers, whatever brings it about.
 *
 * <p>{@link dev.flotilla.consensus.Consensus} agrees on whole states,
 * {@link dev.flotilla.consensus.OpLogConsensus} on operations that lead from one to the next. An
 * {@link dev.flotilla.consensus.Actor} performs changes; every write ends as one
 * {@link dev.flotilla.consensus.Outcome}; every read says how fresh it must be
 * ({@link dev.flotilla.consensus.Consistency}) and how fresh it was ({@link dev.flotilla.consensus.ReadResult}).
 * The shape follows go-libp2p-consensus, with types instead of empty interfaces, futures instead of blocking calls and
 * publishers instead of channels. {@link dev.flotilla.consensus.LocalConsensus} is the reference in one process.
 */
@NullMarked
package dev.flotilla.consensus;

import org.jspecify.annotations.NullMarked;
