package dev.flotilla.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.core.Role;
import dev.flotilla.transport.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A leader cut off from its quorum falls silent; a peer that reaches only some of the others neither disturbs nor blocks
 * the rest (thesis §4.2.3, §6.2, §9.6). Each with several seeds; terms and writes in virtual time.
 */
class TopologyTest {
    private static final Duration T = Duration.ofNanos(SimSettings.ELECTION_TIMEOUT_NANOS);
    private static final Duration PATIENCE = T.multipliedBy(20);
    private static final int ROUNDS = 25; // of a write and an election time-out

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 4);
    }

    private SimCluster<Long, Registers> cluster = SimCluster.of(Registers::new).build();
    private String leader = "";
    private List<String> others = List.of();
    private int writes;

    /** A group that has written once; {@link #others} are those that do not lead. */
    private void start(int peers, long seed) {
        cluster = SimCluster.of(Registers::new).peers(peers).seed(seed).build();
        cluster.runUntil(() -> cluster.group().leader().isPresent(), PATIENCE);
        leader = cluster.group().leader().orElseThrow();
        others = cluster.peers().stream().filter(peer -> !peer.equals(leader)).toList();
        write(leader);
    }

    private void cut(String one, String other) {
        cluster.oneWayCut(one, other);
        cluster.oneWayCut(other, one);
    }

    /** Writes at {@code peer}, which must come to be applied there. */
    private void write(String peer) {
        String text = "x=" + ++writes;
        CompletableFuture<Outcome<Long>> outcome = cluster.group().propose(peer, Bytes.utf8(text));
        cluster.runUntil(outcome::isDone, PATIENCE);
        assertThat(outcome.join()).as("write %s at %s", text, peer).isInstanceOf(Outcome.Applied.class);
    }

    /** Writes go on at {@code peer} for long. */
    private void writeOn(String peer) {
        for (int i = 0; i < ROUNDS; i++) {
            write(peer);
            cluster.runFor(T);
        }
    }

    private long term() {
        return cluster.peers().stream()
                .mapToLong(peer -> cluster.group().status(peer).term())
                .max()
                .orElseThrow();
    }

    private long elections() {
        return cluster.tally().times(Occurrence.ELECTION_WON);
    }

    private Role role(String peer) {
        return cluster.group().status(peer).role();
    }

    /** Heals, and sees that it costs at most one election more until all agree. */
    private void heal() {
        long before = elections();
        cluster.heal();
        cluster.runFor(T.multipliedBy(5));
        write(cluster.group().leader().orElseThrow());
        cluster.runUntil(cluster.group()::isSettled, PATIENCE);
        assertThat(elections() - before).as("elections after all is well").isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void leaderWithoutAnyLinkStepsDownAndFallsSilent(long seed) {
        start(3, seed);
        cluster.disconnect(leader);
        cluster.runFor(T.multipliedBy(2));
        assertThat(role(leader)).as("the role of who was cut off").isNotEqualTo(Role.LEADER);
        long term = cluster.group().status(leader).term();
        writeOn(others.get(0));
        assertThat(cluster.group().status(leader).term()).as("its term").isEqualTo(term);
        assertThat(elections()).isEqualTo(2);
        heal();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void peerThatReachesOnlyOneFollowerDisturbsNobody(long seed) {
        start(5, seed);
        String outer = others.get(0);
        cut(outer, leader);
        cut(outer, others.get(2));
        cut(outer, others.get(3));
        long term = term();
        writeOn(others.get(2));
        assertThat(term()).as("term").isEqualTo(term);
        assertThat(cluster.group().leader()).contains(leader);
        heal();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void peerThatReachesOnlyTheLeaderFollows(long seed) {
        start(5, seed);
        String outer = others.get(0);
        others.subList(1, 4).forEach(other -> cut(outer, other));
        long term = term();
        writeOn(outer);
        assertThat(term()).as("term").isEqualTo(term);
        heal();
    }

    /** The chain {@code leader - middle - outer}: outer hears no leader and asks for votes for ever (thesis §9.6). */
    @ParameterizedTest
    @MethodSource("seeds")
    void endOfAChainDoesNotDeposeTheOtherEnd(long seed) {
        start(3, seed);
        cut(leader, others.get(1));
        long term = term();
        writeOn(others.get(0));
        assertThat(term()).as("term").isEqualTo(term);
        assertThat(cluster.group().leader()).contains(leader);
        heal();
    }

    /**
     * The same chain without writes: outer's log is not behind, so that nothing but stickiness keeps the middle from granting
     * it PreVotes, with which its term would grow for ever (thesis §4.2.3, §9.6).
     */
    @ParameterizedTest
    @MethodSource("seeds")
    void endOfAnIdleChainDoesNotDeposeTheOtherEnd(long seed) {
        start(3, seed);
        cluster.runUntil(cluster.group()::isSettled, PATIENCE);
        cut(leader, others.get(1));
        long term = term();
        cluster.runFor(T.multipliedBy(ROUNDS));
        assertThat(term()).as("term").isEqualTo(term);
        assertThat(cluster.group().leader()).contains(leader);
        write(others.get(0));
        heal();
    }

    /** The middle of the chain is the one that led: one end after the other follows it again. */
    @ParameterizedTest
    @MethodSource("seeds")
    void leaderInTheMiddleOfAChainStays(long seed) {
        start(3, seed);
        cut(others.get(0), others.get(1));
        long term = term();
        writeOn(others.get(0));
        writeOn(others.get(1));
        assertThat(term()).as("term").isEqualTo(term);
        heal();
    }

    /** Two pairs that see each other through one peer alone, which must be in every majority. */
    @ParameterizedTest
    @MethodSource("seeds")
    void twoSidesOfABridgeDoNotTakeTurns(long seed) {
        start(5, seed);
        List<String> left = List.of(leader, others.get(0));
        List<String> right = List.of(others.get(1), others.get(2));
        left.forEach(one -> right.forEach(other -> cut(one, other)));
        long term = term();
        writeOn(others.get(3));
        assertThat(term()).as("term").isEqualTo(term);
        assertThat(cluster.group().leader()).contains(leader);
        heal();
    }

    /** The leader is lost to all but the bridge: whoever the bridge votes for leads, once. */
    @ParameterizedTest
    @MethodSource("seeds")
    void bridgeAloneKeepsNoLeaderInOffice(long seed) {
        start(5, seed);
        others.subList(1, 4).forEach(other -> cut(leader, other));
        writeOn(others.get(1));
        assertThat(elections()).as("elections").isLessThanOrEqualTo(2 + 1);
        assertThat(role(leader)).isNotEqualTo(Role.LEADER);
        heal();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void leaderThatHearsNobodyStepsDown(long seed) {
        start(3, seed);
        others.forEach(other -> cluster.oneWayCut(other, leader));
        cluster.runFor(T.multipliedBy(2));
        assertThat(role(leader)).as("the role of who hears nobody").isNotEqualTo(Role.LEADER);
        writeOn(others.get(0));
        assertThat(elections()).isEqualTo(2);
        heal();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void leaderThatNobodyHearsStepsDown(long seed) {
        start(3, seed);
        others.forEach(other -> cluster.oneWayCut(leader, other));
        writeOn(others.get(0));
        assertThat(role(leader)).as("the role of who is not heard").isNotEqualTo(Role.LEADER);
        assertThat(elections()).isEqualTo(2);
        heal();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void followerThatHearsNobodyDisturbsNobody(long seed) {
        start(3, seed);
        cluster.oneWayCut(leader, others.get(0));
        cluster.oneWayCut(others.get(1), others.get(0));
        long term = term();
        writeOn(others.get(1));
        assertThat(term()).as("term").isEqualTo(term);
        heal();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void followerThatDoesNotHearTheLeaderDisturbsNobody(long seed) {
        start(3, seed);
        cluster.oneWayCut(leader, others.get(0));
        long term = term();
        writeOn(others.get(1));
        assertThat(term()).as("term").isEqualTo(term);
        heal();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void followerThatNobodyHearsDisturbsNobody(long seed) {
        start(3, seed);
        cluster.oneWayCut(others.get(0), leader);
        cluster.oneWayCut(others.get(0), others.get(1));
        long term = term();
        writeOn(others.get(1));
        assertThat(term()).as("term").isEqualTo(term);
        heal();
    }
}
