/**
 * The security protocol {@code /tls/1.0.0} (libp2p spec, tls), whose certificates QUIC uses as well.
 *
 * <p>A peer shows one self-signed certificate whose key is made for the purpose; an extension carries the peer's public
 * key and its signature over the certificate's key. So nothing that certificates are usually checked for matters (names,
 * authorities, usages), and what does matter no TLS library checks:
 * {@link dev.flotilla.libp2p.tls.PeerCertificate} reads the bytes itself, since the JDK refuses certificates without an
 * issuer, which js and rust make. {@link dev.flotilla.libp2p.tls.PeerTrust} puts that check into the handshake, and
 * {@link dev.flotilla.libp2p.tls.HostCertificates} keeps our own certificate.
 *
 * <p>{@link dev.flotilla.libp2p.tls.Tls} is the protocol: Netty's handler with BoringSSL, where its native library is
 * present. Where it is not, a host offers Noise alone.
 */
@NullMarked
package dev.flotilla.libp2p.tls;

import org.jspecify.annotations.NullMarked;
