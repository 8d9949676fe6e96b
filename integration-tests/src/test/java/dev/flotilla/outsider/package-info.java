/** Projects of others, which have nothing of this one but what it publishes. */
@NullMarked
package dev.flotilla.outsider;

import org.jspecify.annotations.NullMarked;
