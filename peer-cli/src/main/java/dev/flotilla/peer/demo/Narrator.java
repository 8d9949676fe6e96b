package dev.flotilla.peer.demo;

/** Who tells the story as it goes. */
public interface Narrator {
    /** Something begins. */
    void step(String text);

    /** What came of it. */
    void fact(String text);
}
