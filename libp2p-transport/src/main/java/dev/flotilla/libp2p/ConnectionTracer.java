package dev.flotilla.libp2p;

/**
 * Is told each step on the way to a connection, for tools that show where time goes and where it goes wrong. Called on
 * event loops, in order for each address; must not block.
 */
@FunctionalInterface
public interface ConnectionTracer {
    void onStep(ConnectionStep step);
}
