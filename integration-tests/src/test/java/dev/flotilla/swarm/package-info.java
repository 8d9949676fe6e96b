/** Swarms of real processes: sockets on loopback, disks in temporary directories, kill -9. */
@NullMarked
package dev.flotilla.swarm;

import org.jspecify.annotations.NullMarked;
