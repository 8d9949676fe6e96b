package dev.flotilla.benchmark;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The libraries that are compared. */
enum Library {
    FLOTILLA("flotilla"),
    SOFAJRAFT("sofajraft"),
    JGROUPS_RAFT("jgroups-raft"),
    RATIS("ratis");

    private final String title;

    Library(String title) {
        this.title = title;
    }

    /**
     * The library of that title.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Library parse(String title) {
        return Arrays.stream(values())
                .filter(library -> library.title.equals(title))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no contender '" + title + "'; there are "
                        + Arrays.stream(values()).map(Library::toString).collect(Collectors.joining(", "))));
    }

    Contender newContender() {
        return switch (this) {
            case FLOTILLA -> new FlotillaContender();
            case SOFAJRAFT -> new SofaJraftContender();
            case JGROUPS_RAFT -> new JgroupsRaftContender();
            case RATIS -> new RatisContender();
        };
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return title;
    }
}
