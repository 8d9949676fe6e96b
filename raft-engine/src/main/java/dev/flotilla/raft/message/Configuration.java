package dev.flotilla.raft.message;

import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Who is a member. While {@code previous} is not empty this is the joint configuration of the two (paper §6): every
 * decision needs a majority of those of each who vote: voters and witnesses.
 *
 * @param members the full list, at most {@link #MEMBERS_MAX}, each peer once
 * @param previous the full list that is being left; empty unless joint
 * @param spentTickets tickets that let somebody in, or were revoked, and have not expired yet
 * @param removed members that were removed lately, the newest last, at most {@link #REMOVED_MAX}: a member that shows
 *     up again is told
 * @param featureLevel the {@link FeatureLevel} that all members know
 * @param settings what else they agree on
 */
public record Configuration(
        List<Member> members,
        List<Member> previous,
        List<SpentTicket> spentTickets,
        List<Member> removed,
        int featureLevel,
        GroupSettings settings) {
    public static final int MEMBERS_MAX = 64;
    public static final int REMOVED_MAX = 32;
    public static final int SPENT_TICKETS_MAX = 1024;
    public static final Configuration EMPTY =
            new Configuration(List.of(), List.of(), List.of(), List.of(), FeatureLevel.FIRST, GroupSettings.DEFAULT);

    /**
     * A ticket that was used or revoked.
     *
     * @param nonce of the ticket
     * @param peerId whom it let in, who may come again with it; or who revoked it
     * @param expiresAtMillis when the ticket expires, in milliseconds since the epoch; after that this record may go
     * @param revoked whether it is good for nobody
     */
    public record SpentTicket(Bytes nonce, PeerId peerId, long expiresAtMillis, boolean revoked) {
        public SpentTicket {
            if (nonce.size() != Ticket.NONCE_BYTES) {
                throw new IllegalArgumentException(
                        "expected a nonce of " + Ticket.NONCE_BYTES + " bytes, got " + nonce.size());
            }
        }

        /** A ticket that let {@code peerId} in. */
        public static SpentTicket by(PeerId peerId, Bytes nonce, long expiresAtMillis) {
            return new SpentTicket(nonce, peerId, expiresAtMillis, false);
        }

        /** A ticket that {@code peerId} takes back. */
        public static SpentTicket revoked(PeerId peerId, Bytes nonce, long expiresAtMillis) {
            return new SpentTicket(nonce, peerId, expiresAtMillis, true);
        }
    }

    public Configuration {
        members = List.copyOf(members);
        previous = List.copyOf(previous);
        spentTickets = List.copyOf(spentTickets);
        removed = List.copyOf(removed);
        checkMembers("members", members);
        checkMembers("previous members", previous);
        checkSize("spent tickets", spentTickets.size(), SPENT_TICKETS_MAX);
        checkSize("removed members", removed.size(), REMOVED_MAX);
        if (featureLevel < FeatureLevel.FIRST || featureLevel > FeatureLevel.MAX) {
            throw new IllegalArgumentException("no feature level: " + featureLevel);
        }
    }

    private static void checkMembers(String what, List<Member> members) {
        checkSize(what, members.size(), MEMBERS_MAX);
        long distinct = members.stream().map(Member::peerId).distinct().count();
        if (distinct != members.size()) {
            throw new IllegalArgumentException("a peer is named twice among the " + what + ": " + members);
        }
    }

    private static void checkSize(String what, int size, int max) {
        if (size > max) {
            throw new IllegalArgumentException("at most " + max + " " + what + " are allowed, got " + size);
        }
    }

    /** One list of members, not joint, at the newest feature level, with default settings. */
    public static Configuration of(List<Member> members) {
        return new Configuration(members, List.of(), List.of(), List.of(), FeatureLevel.NEWEST, GroupSettings.DEFAULT);
    }

    /** Other lists at the same feature level, with the same settings. */
    public Configuration withMembers(
            List<Member> incoming, List<Member> outgoing, List<SpentTicket> spent, List<Member> former) {
        return new Configuration(incoming, outgoing, spent, former, featureLevel, settings);
    }

    /** The same at another feature level. */
    public Configuration withFeatureLevel(int level) {
        return new Configuration(members, previous, spentTickets, removed, level, settings);
    }

    /** The same with other settings. */
    public Configuration withSettings(GroupSettings other) {
        return new Configuration(members, previous, spentTickets, removed, featureLevel, other);
    }

    /** Whether voters make the promise that lease reads rest on (thesis §6.4.1). */
    public boolean allowsLeaseReads() {
        return featureLevel >= FeatureLevel.LEASE_READS && settings.hasLeaseReads();
    }

    /** The same with each member replaced by an equal one. */
    public Configuration withMembers(UnaryOperator<Member> equal) {
        return new Configuration(
                members.stream().map(equal).toList(),
                previous.stream().map(equal).toList(),
                spentTickets,
                removed.stream().map(equal).toList(),
                featureLevel,
                settings);
    }

    /**
     * What a group goes on with whose quorum is lost: one voter, nobody else, and what else was agreed on. Tickets and
     * removals of the old group mean nothing any more, since its genesis id does not.
     */
    public Configuration succeededBy(Member voter) {
        return new Configuration(List.of(voter), List.of(), List.of(), List.of(), featureLevel, settings);
    }

    public boolean isJoint() {
        return !previous.isEmpty();
    }

    /** Who votes in the incoming (or only) list: voters, and witnesses that have caught up. */
    public SortedSet<PeerId> electors() {
        return electorsOf(members);
    }

    /** Who votes in the list that is being left; empty unless joint. */
    public SortedSet<PeerId> previousElectors() {
        return electorsOf(previous);
    }

    private static SortedSet<PeerId> electorsOf(List<Member> list) {
        SortedSet<PeerId> electors = new TreeSet<>();
        for (Member member : list) {
            if (member.votes()) {
                electors.add(member.peerId());
            }
        }
        return electors;
    }

    /** Voters of the incoming (or only) list; witnesses are none. */
    public SortedSet<PeerId> voters() {
        return votersOf(members);
    }

    /** Voters of the list that is being left; empty unless joint. */
    public SortedSet<PeerId> previousVoters() {
        return votersOf(previous);
    }

    private static SortedSet<PeerId> votersOf(List<Member> list) {
        SortedSet<PeerId> voters = new TreeSet<>();
        for (Member member : list) {
            if (member.isVoter()) {
                voters.add(member.peerId());
            }
        }
        return voters;
    }

    /** Everybody of either list, by peer id; the incoming list's view of a peer that is in both. */
    public List<Member> all() {
        Map<PeerId, Member> byPeer = new LinkedHashMap<>();
        previous.forEach(member -> byPeer.put(member.peerId(), member));
        members.forEach(member -> byPeer.put(member.peerId(), member));
        List<Member> all = new ArrayList<>(byPeer.values());
        all.sort((a, b) -> a.peerId().compareTo(b.peerId()));
        return List.copyOf(all);
    }

    /** The member of that peer id in either list, the incoming one first. */
    public Optional<Member> member(PeerId peerId) {
        return all().stream().filter(member -> member.peerId().equals(peerId)).findFirst();
    }

    /**
     * How many priorities there are among the voters of the incoming (or only) list above that of {@code peerId}, which
     * counts as of priority 0 if it is none of the members.
     */
    public int prioritiesAbove(PeerId peerId) {
        int own = 0;
        for (Member member : members) {
            own = member.peerId().equals(peerId) ? member.priority() : own;
        }
        int above = 0;
        int last = own;
        while (true) { // the next higher one each time: mostly there is none
            int next = Integer.MAX_VALUE;
            for (Member member : members) {
                if (member.isVoter() && member.priority() > last) {
                    next = Math.min(next, member.priority());
                }
            }
            if (next == Integer.MAX_VALUE) {
                return above;
            }
            above++;
            last = next;
        }
    }

    /** Whether {@code peerId} votes in either list. */
    public boolean isVoter(PeerId peerId) {
        return voters().contains(peerId) || previousVoters().contains(peerId);
    }

    /** Whether {@code peerId} with this data directory is a voter, who may lead, in either list. */
    public boolean isVoter(PeerId peerId, StoreId storeId) {
        return Stream.concat(members.stream(), previous.stream())
                .anyMatch(member -> member.isVoter() && isSame(member, peerId, storeId));
    }

    public boolean hasWitnesses() {
        return hasWitness(members) || hasWitness(previous);
    }

    private static boolean hasWitness(List<Member> list) {
        for (Member member : list) { // no stream: asked with each message
            if (member.isWitness()) {
                return true;
            }
        }
        return false;
    }

    /** Whether {@code peerId} with this data directory is named, and never as anything but a witness. */
    public boolean isWitness(PeerId peerId, StoreId storeId) {
        return hasWitnesses()
                && contains(peerId, storeId)
                && Stream.concat(members.stream(), previous.stream())
                        .allMatch(member -> member.isWitness() || !isSame(member, peerId, storeId));
    }

    /** Whether {@code peerId} with this data directory is in either list. */
    public boolean contains(PeerId peerId, StoreId storeId) {
        return matches(members, peerId, storeId) || matches(previous, peerId, storeId);
    }

    private static boolean matches(List<Member> list, PeerId peerId, StoreId storeId) {
        return list.stream().anyMatch(member -> isSame(member, peerId, storeId));
    }

    private static boolean isSame(Member member, PeerId peerId, StoreId storeId) {
        return member.peerId().equals(peerId) && member.storeId().equals(storeId);
    }
}
