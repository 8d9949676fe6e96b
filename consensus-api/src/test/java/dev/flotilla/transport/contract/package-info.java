/**
 * What every {@code dev.flotilla.transport.PeerTransport} promises, as tests that run unchanged against each: extend
 * {@link dev.flotilla.transport.contract.PeerTransportContract} and say how transports are made.
 */
@NullMarked
package dev.flotilla.transport.contract;

import org.jspecify.annotations.NullMarked;
