@NullMarked
package dev.flotilla.libp2p.dcutr;

import org.jspecify.annotations.NullMarked;
