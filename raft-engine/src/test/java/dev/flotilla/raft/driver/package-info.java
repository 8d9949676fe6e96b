@NullMarked
package dev.flotilla.raft.driver;

import org.jspecify.annotations.NullMarked;
