/**
 * Direct connection upgrade through relay (libp2p spec, DCUtR): two peers behind NATs that met over a relay tell each
 * other where they were seen, and dial each other at the same moment, so that each NAT takes the other's packets for
 * answers. The side to which the relayed connection came begins, and lets the other be the one that dialled. Once there is
 * a direct connection, new streams go there, and the relayed one is closed when it has none.
 */
@NullMarked
package dev.flotilla.libp2p.dcutr;

import org.jspecify.annotations.NullMarked;
