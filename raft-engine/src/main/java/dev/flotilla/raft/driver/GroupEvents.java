package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.CoreStatus;

/** Told of what happens in a group, in order, on the callback executor. */
public interface GroupEvents {
    /** Nobody listens. */
    GroupEvents NONE = new GroupEvents() {
        @Override
        public void changed(CoreStatus status) {}

        @Override
        public void happened(GroupEvent event) {}

        @Override
        public void failed(Throwable cause) {}
    };

    /** Role, term, leader or configuration changed. */
    void changed(CoreStatus status);

    /** One thing happened. */
    void happened(GroupEvent event);

    /** The group stopped on this peer. */
    void failed(Throwable cause);
}
