package dev.flotilla.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One peer of one Raft library, a member of one group or more, within this process. */
interface Contender extends AutoCloseable {
    /**
     * Where a peer is to be.
     *
     * @param directory its own; empty at its first start
     * @param number which of the peers it is, from 0
     * @param ports where each of the peers listens on 127.0.0.1
     * @param patient whether it may have longer time-outs than by default, if it needs them under load
     * @param groups of how many groups all the peers are members
     */
    record Place(Path directory, int number, List<Integer> ports, boolean patient, int groups) {
        int port() {
            return ports.get(number);
        }
    }

    /** Told once how a proposal or a read ended. */
    @FunctionalInterface
    interface Done {
        /**
         * On whichever thread the library chooses.
         *
         * @param failure what went wrong, or null if the command was applied here, or the read served
         */
        void ended(@Nullable String failure);
    }

    /** Starts the peer and has it apply what is agreed on in each group, which are numbered from 0, to that group's ledger. */
    void start(Place place, Ledgers ledgers) throws Exception;

    /** Whether it leads {@code group}. */
    boolean isLeader(int group);

    /** Whether it has a leader in {@code group}, itself or another. */
    boolean follows(int group);

    /** Asks {@code group} for agreement on {@code command}, which is never changed again, through the library's own API; never blocks. */
    void propose(int group, byte[] command, Done done);

    /** Looks at the first group's ledger, linearizably; never blocks. On the leader, and on a follower by whichever way the library has. */
    void read(Done done);

    /** Takes a snapshot of the first group and shortens its log. */
    default void snapshot(Done done) {
        done.ended("this contender takes no snapshots");
    }

    /** How many seconds a plain copy of so many bytes takes to here from peer {@code number}; negative if there is no such thing. */
    default double copySeconds(int number, long bytes) throws Exception {
        return -1;
    }

    @Override
    void close() throws IOException;
}
