/**
 * The keys that peers are named by, and their signatures (libp2p spec, peer-ids).
 *
 * <p>A {@link dev.flotilla.libp2p.crypto.PublicKey} is a type and bytes whose meaning depends on it; one
 * {@code KeyScheme} each knows them. Our own keys are Ed25519; RSA (2048 to 8192 bits), secp256k1 and ECDSA keys are read,
 * checked and signed with as well, since other peers have them. Everything from outside is checked when a key is made,
 * so that later only a signature can be wrong.
 */
@NullMarked
package dev.flotilla.libp2p.crypto;

import org.jspecify.annotations.NullMarked;
