package dev.flotilla.raft.faults;

import org.objectweb.asm.tree.ClassNode;

/**
 * One change to the bytecode of one method of the core, made by {@link Place}.
 *
 * @param className simple name of a class of {@code raft.core}
 */
record Edit(String className, Change change) {
    /** Rewrites a class. */
    interface Change {
        /** @throws IllegalStateException if the class has not the shape that the change was made for */
        void apply(ClassNode node);
    }
}
