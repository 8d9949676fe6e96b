/** The transport TCP: addresses {@code /ip4|ip6/.../tcp/PORT}, upgraded by the host (libp2p spec, connections). */
@NullMarked
package dev.flotilla.libp2p.tcp;

import org.jspecify.annotations.NullMarked;
