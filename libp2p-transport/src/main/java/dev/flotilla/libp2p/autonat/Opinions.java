package dev.flotilla.libp2p.autonat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What servers say about one address, of each the last that it said. One side counts once it has two servers more than the
 * other, as go-libp2p has it, so that no single one decides. Not thread-safe.
 */
final class Opinions {
    static final int MARGIN = 2; // by which one side decides
    static final int MARGIN_WANTED = 3; // at which nobody else is asked

    private static final int OPINIONS_MAX = 10;
    private static final int REFRESHES_MAX = 3; // for which an opinion holds that nobody confirms

    private final long refreshNanos;
    private final long retryNanos;
    private final Map<Object, Opinion> byServer = new LinkedHashMap<>(); // oldest first; size <= OPINIONS_MAX

    /**
     * @param refresh after which a server is asked again
     * @param retry the same, where it had no opinion
     */
    Opinions(Duration refresh, Duration retry) {
        this.refreshNanos = refresh.toNanos();
        this.retryNanos = retry.toNanos();
    }

    private record Opinion(Reachability reachability, long atNanos) {}

    /**
     * What {@code server} found out. One that reached the address in vain though it was held to be reachable, or the other
     * way round, has the others asked again.
     */
    void add(Object server, Reachability found, long nowNanos) {
        if (found != Reachability.UNKNOWN && reachability() != Reachability.UNKNOWN && found != reachability()) {
            byServer.replaceAll((other, opinion) ->
                    new Opinion(opinion.reachability(), Math.min(opinion.atNanos(), nowNanos - refreshNanos)));
        }
        byServer.remove(server);
        byServer.put(server, new Opinion(found, nowNanos));
        if (byServer.size() > OPINIONS_MAX) {
            byServer.remove(byServer.keySet().iterator().next());
        }
    }

    /** Drops what is too old to count. */
    void forget(long nowNanos) {
        byServer.values().removeIf(opinion -> nowNanos - opinion.atNanos() > REFRESHES_MAX * refreshNanos);
    }

    Reachability reachability() {
        int margin = margin(byServer.values().stream());
        return margin >= MARGIN
                ? Reachability.REACHABLE
                : margin <= -MARGIN ? Reachability.UNREACHABLE : Reachability.UNKNOWN;
    }

    private static int margin(Stream<Opinion> opinions) {
        return opinions.mapToInt(opinion -> switch (opinion.reachability()) {
                    case REACHABLE -> 1;
                    case UNREACHABLE -> -1;
                    case UNKNOWN -> 0;
                })
                .sum();
    }

    /** Whether what {@code server} finds out now would tell more. */
    boolean wants(Object server, long nowNanos) {
        Opinion last = byServer.get(server);
        if (last != null && isFresh(last, nowNanos)) {
            return false;
        }
        int margin = margin(byServer.values().stream().filter(opinion -> isFresh(opinion, nowNanos)));
        return Math.abs(margin) < MARGIN_WANTED;
    }

    private boolean isFresh(Opinion opinion, long nowNanos) {
        long age = nowNanos - opinion.atNanos();
        return age < (opinion.reachability() == Reachability.UNKNOWN ? retryNanos : refreshNanos);
    }
}
