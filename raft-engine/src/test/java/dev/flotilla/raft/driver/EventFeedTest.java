package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.sim.Names;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A listener that is slow or throws harms nobody, and learns what it missed. */
final class EventFeedTest {
    private final Deque<Runnable> callbacks = new ArrayDeque<>();
    private final NodeEvents node = new NodeEvents();
    private final EventFeed feed = new EventFeed(Names.GENESIS, node, new Meters(Metrics.NONE), callbacks::add);
    private final List<GroupEvent> seen = new ArrayList<>();

    private final class Recording implements GroupEvents {
        @Override
        public void changed(CoreStatus status) {}

        @Override
        public void happened(GroupEvent event) {
            seen.add(event);
        }

        @Override
        public void failed(Throwable cause) {}
    }

    private void runCallbacks() {
        while (!callbacks.isEmpty()) {
            callbacks.remove().run();
        }
    }

    @Test
    void whatASlowListenerMissesIsToldAsANumberInItsPlace() {
        feed.listen(new Recording());
        for (int i = 0; i < EventFeed.WAITING_MAX + 7; i++) {
            feed.happened(new GroupEvent.Awoke());
        }
        runCallbacks();
        feed.happened(new GroupEvent.FellQuiet());
        runCallbacks();

        assertThat(seen).hasSize(EventFeed.WAITING_MAX + 2);
        assertThat(seen.subList(0, EventFeed.WAITING_MAX)).containsOnly(new GroupEvent.Awoke());
        assertThat(seen.subList(EventFeed.WAITING_MAX, seen.size()))
                .containsExactly(new GroupEvent.Dropped(7), new GroupEvent.FellQuiet());
    }

    @Test
    void theEndIsNeverDropped() {
        feed.listen(new Recording());
        for (int i = 0; i <= EventFeed.WAITING_MAX; i++) {
            feed.happened(new GroupEvent.Awoke());
        }
        RuntimeException cause = new RuntimeException("the disk is gone");
        feed.failed(cause);
        runCallbacks();

        assertThat(seen).endsWith(new GroupEvent.Dropped(1), new GroupEvent.Stopped(cause));
    }

    @Test
    void aListenerThatThrowsKeepsNothingFromTheOtherNorFromItself() {
        List<GroupEvent> seenByNode = new ArrayList<>();
        node.listen((group, event) -> seenByNode.add(event));
        feed.listen(new GroupEvents() {
            @Override
            public void changed(CoreStatus status) {}

            @Override
            public void happened(GroupEvent event) {
                seen.add(event);
                throw new IllegalStateException("a bad listener");
            }

            @Override
            public void failed(Throwable cause) {}
        });
        feed.happened(new GroupEvent.Awoke());
        feed.happened(new GroupEvent.FellQuiet());
        runCallbacks();

        assertThat(seen).containsExactly(new GroupEvent.Awoke(), new GroupEvent.FellQuiet());
        assertThat(seenByNode).isEqualTo(seen);
    }
}
