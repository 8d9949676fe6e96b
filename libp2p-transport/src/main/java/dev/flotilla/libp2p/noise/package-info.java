/**
 * The security protocol {@code /noise} (libp2p spec, noise): Noise_XX_25519_ChaChaPoly_SHA256 by the JDK's primitives.
 *
 * <p>{@code HandshakeState}, {@code SymmetricState} and {@code CipherState} are the objects of the Noise specification
 * under its names. {@code NoiseHandshake} adds what libp2p puts into the payloads: each side's identity key, its
 * signature over the Noise key, and the multiplexers it speaks. All of this is pure, so that a recorded handshake is a
 * test. {@link dev.flotilla.libp2p.noise.NoiseHandler} puts it on a channel; {@code MessageReader} and
 * {@code MessageWriter} know the messages there, two bytes of length before each.
 */
@NullMarked
package dev.flotilla.libp2p.noise;

import org.jspecify.annotations.NullMarked;
