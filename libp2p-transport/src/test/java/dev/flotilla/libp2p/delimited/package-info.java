@NullMarked
package dev.flotilla.libp2p.delimited;

import org.jspecify.annotations.NullMarked;
