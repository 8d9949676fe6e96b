/** Keeps the table of modules and packages true. */
@NullMarked
package dev.flotilla.architecture;

import org.jspecify.annotations.NullMarked;
