@NullMarked
package dev.flotilla.benchmark;

import org.jspecify.annotations.NullMarked;
