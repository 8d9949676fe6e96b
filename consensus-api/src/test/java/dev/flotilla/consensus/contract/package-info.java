/**
 * What every implementation of {@code dev.flotilla.consensus} promises, as tests that run unchanged against each.
 *
 * <p>Whoever writes an implementation extends {@link dev.flotilla.consensus.contract.ConsensusContract} or
 * {@link dev.flotilla.consensus.contract.OpLogConsensusContract} and says how a swarm is made. The state is a
 * {@link dev.flotilla.consensus.contract.Journal}; its codecs are there for implementations that need bytes. One
 * operation looks exactly like a state in bytes, on purpose.
 */
@NullMarked
package dev.flotilla.consensus.contract;

import org.jspecify.annotations.NullMarked;
