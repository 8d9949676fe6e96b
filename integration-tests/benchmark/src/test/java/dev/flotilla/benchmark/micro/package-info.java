@NullMarked
package dev.flotilla.benchmark.micro;

import org.jspecify.annotations.NullMarked;
