package dev.flotilla.raft.driver;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Tells all groups of one loop of what concerns the node, a few at a time, so that the loop does other work in between:
 * each group gets all news, in order.
 *
 * @param <G> what of a group is told
 */
final class GroupNews<G> {
    private static final int AT_ONCE = 64;

    private record News<G>(Iterator<G> groups, Consumer<G> news) {}

    private final EventLoop loop;
    private final long pauseNanos;
    private final ArrayDeque<News<G>> untold = new ArrayDeque<>(); // on the loop
    private final Alarm alarm;

    /**
     * Nothing to tell.
     *
     * @param pauseNanos between one lot of groups and the next
     */
    GroupNews(EventLoop loop, long pauseNanos) {
        this.loop = loop;
        this.pauseNanos = pauseNanos;
        this.alarm = loop.alarm(this::tellSome);
    }

    /** Tells {@code groups}, all on this loop. Any thread. */
    void tell(List<G> groups, Consumer<G> news) {
        loop.execute(() -> {
            untold.add(new News<>(groups.iterator(), news));
            if (alarm.dueNanos() == Alarm.NEVER) {
                tellSome();
            }
        });
    }

    private void tellSome() {
        int told = 0;
        for (News<G> first = untold.peek(); first != null && told < AT_ONCE; first = untold.peek()) {
            if (first.groups.hasNext()) {
                first.news.accept(first.groups.next());
                told++;
            } else {
                untold.remove();
            }
        }
        loop.set(alarm, untold.isEmpty() ? Alarm.NEVER : loop.nowNanos() + pauseNanos);
    }
}
