/**
 * Finding peers in the same network (libp2p spec, mdns; RFC 6762): who asks the multicast group for
 * {@code _p2p._udp.local} is told the addresses of each peer that listens, in TXT records {@code dnsaddr=MULTIADDR} under a
 * random name; those of a private network have a name with its fingerprint. Nothing here is proven: whoever dials what was found learns who is there.
 * {@link dev.flotilla.libp2p.mdns.Mdns} asks and answers; {@link dev.flotilla.libp2p.mdns.MdnsPacket} is what goes over the
 * wire.
 */
@NullMarked
package dev.flotilla.libp2p.mdns;

import org.jspecify.annotations.NullMarked;
