@NullMarked
package dev.flotilla.libp2p.tcp;

import org.jspecify.annotations.NullMarked;
