package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Configuration.SpentTicket;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which tickets let somebody in. A ticket is spent in the configuration entry that adds its newcomer, or revoked in one
 * that changes nothing else; either stands in every later configuration until the ticket has expired by the clock of a
 * leader. So members agree on it as on who is a member: whichever of them leads next refuses the ticket too, and of two
 * that use and revoke one ticket at the same time the leader's log has one first. An entry that only revokes is not joint,
 * since the voters stay the same (thesis §4.1).
 */
final class Tickets {
    private final Group group;

    Tickets(Group group) {
        this.group = group;
    }

    /** Why {@code join} is not let in; null if it is. Issuer and expiry are judged here and now, by the leader. */
    @Nullable
    String refusal(Request.Join join, long nowMillis) {
        Ticket ticket = join.ticket();
        Configuration present = group.configuration();
        Optional<SpentTicket> spent = find(present, ticket.nonce());
        if (present.member(ticket.issuer()).isEmpty()) {
            return "the ticket's issuer " + ticket.issuer() + " is no member any longer; ask for a new ticket";
        } else if (!group.credentials.verify(ticket.issuer(), ticket.signedBytes(), ticket.signature())) {
            return "the ticket's signature is not its issuer's";
        } else if (ticket.expiresAtMillis() <= nowMillis) {
            return "the ticket has expired; ask for a new one";
        } else if (spent.isPresent() && spent.get().revoked()) {
            return "the ticket was revoked; ask for a new one";
        } else if (spent.isPresent() && !spent.get().peerId().equals(join.newcomer())) {
            return "the ticket was used by another peer; ask for a new one";
        } else if (join.featureLevel() < present.featureLevel()) {
            return "this peer knows feature level " + join.featureLevel() + ", but the group is at level "
                    + present.featureLevel() + ": upgrade it first";
        } else if (spent.isPresent() && wasRemoved(present, join.newcomer())) {
            return "this peer was removed since it used the ticket; ask for a new one";
        }
        return null;
    }

    private static Optional<SpentTicket> find(Configuration present, Bytes nonce) {
        return present.spentTickets().stream()
                .filter(each -> each.nonce().equals(nonce))
                .findFirst();
    }

    private static boolean wasRemoved(Configuration present, PeerId peerId) {
        return present.removed().stream().anyMatch(former -> former.peerId().equals(peerId));
    }

    /** Why these must not be revoked; empty if they can be, or are. */
    Optional<Result> judge(List<SpentTicket> revoked) {
        if (revoked.isEmpty()) {
            return Optional.empty();
        }
        for (SpentTicket ticket : revoked) {
            Optional<SpentTicket> used =
                    find(group.configuration(), ticket.nonce()).filter(each -> !each.revoked());
            if (used.isPresent()) {
                return refused(
                        "the ticket was used already, by " + used.get().peerId() + ": remove that member instead");
            }
        }
        return unknownToSome(group);
    }

    /** Members that do not know of revoked tickets would take the request for one that asks for nothing. */
    static Optional<Result> unknownToSome(Group group) {
        int level = group.committedConfiguration().configuration().featureLevel();
        return level >= FeatureLevel.REVOKED_TICKETS
                ? Optional.empty()
                : refused("revoking tickets waits for feature level " + FeatureLevel.REVOKED_TICKETS
                        + ", which some member does not know: the group is at level " + level);
    }

    private static Optional<Result> refused(String detail) {
        return Optional.of(new Result.Refused(Result.Reason.NOT_ALLOWED, detail));
    }

    /** What is spent after {@code more}: nothing that has expired; the very same if {@code more} are revoked already. */
    static List<SpentTicket> after(Configuration present, List<SpentTicket> more, long nowMillis) {
        List<SpentTicket> news = more.stream()
                .filter(ticket -> find(present, ticket.nonce())
                        .filter(SpentTicket::revoked)
                        .isEmpty())
                .toList();
        if (news.isEmpty()) {
            return present.spentTickets();
        }
        Stream<SpentTicket> kept = present.spentTickets().stream()
                .filter(each -> each.expiresAtMillis() > nowMillis)
                .filter(each -> news.stream().noneMatch(ticket -> ticket.nonce().equals(each.nonce())));
        return Stream.concat(kept, news.stream()).toList();
    }
}
