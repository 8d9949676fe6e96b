package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.CoreStatus;

/** Told of what happens in a group, in order, on the callback executor. */
public interface GroupEvents {
    /** Nobody listens. */
    GroupEvents NONE = new GroupEvents() {
        @Override
        public void changed(CoreStatus status) {}

        @Override
        public void failed(Throwable cause) {}
    };

    /** Role, term, leader or configuration changed. */
    void changed(CoreStatus status);

    /** The group stopped on this peer. */
    void failed(Throwable cause);
}
