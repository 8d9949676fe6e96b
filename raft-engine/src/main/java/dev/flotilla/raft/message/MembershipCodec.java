package dev.flotilla.raft.message;

import dev.flotilla.raft.message.proto.ProtoCertificate;
import dev.flotilla.raft.message.proto.ProtoCertificateChain;
import dev.flotilla.raft.message.proto.ProtoConfiguration;
import dev.flotilla.raft.message.proto.ProtoContact;
import dev.flotilla.raft.message.proto.ProtoGroupSettings;
import dev.flotilla.raft.message.proto.ProtoMember;
import dev.flotilla.raft.message.proto.ProtoMembershipChange;
import dev.flotilla.raft.message.proto.ProtoPriority;
import dev.flotilla.raft.message.proto.ProtoRemovalNotice;
import dev.flotilla.raft.message.proto.ProtoSpentTicket;
import dev.flotilla.raft.message.proto.ProtoTicket;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Who is a member, who may become one, and who is none any longer: records to protobuf and back. */
final class MembershipCodec {
    private MembershipCodec() {}

    static ProtoMember toProto(Member member) {
        return ProtoMember.newBuilder()
                .setPeerId(Wire.toProto(member.peerId()))
                .setStoreId(Wire.toProto(member.storeId()))
                .setRole(member.role().number())
                .setPromotable(member.promotable())
                .setPriority(member.priority())
                .build();
    }

    static Member member(ProtoMember proto) {
        return new Member(
                Wire.peerId(proto.getPeerId()),
                Wire.storeId(proto.getStoreId()),
                Member.Role.of(proto.getRole()),
                proto.getPromotable(),
                proto.getPriority());
    }

    static ProtoConfiguration toProto(Configuration configuration) {
        return ProtoConfiguration.newBuilder()
                .addAllMembers(Wire.map(configuration.members(), MembershipCodec::toProto))
                .addAllPrevious(Wire.map(configuration.previous(), MembershipCodec::toProto))
                .addAllSpentTickets(Wire.map(configuration.spentTickets(), MembershipCodec::toProto))
                .addAllRemoved(Wire.map(configuration.removed(), MembershipCodec::toProto))
                .setFeatureLevel(configuration.featureLevel())
                .setSettings(toProto(configuration.settings()))
                .build();
    }

    static Configuration configuration(ProtoConfiguration proto) {
        return new Configuration(
                members("members", proto.getMembersList(), Configuration.MEMBERS_MAX),
                members("previous members", proto.getPreviousList(), Configuration.MEMBERS_MAX),
                spentTickets(proto.getSpentTicketsList()),
                members("removed members", proto.getRemovedList(), Configuration.REMOVED_MAX),
                Wire.featureLevel(proto.getFeatureLevel()),
                settings(proto.getSettings()));
    }

    private static ProtoGroupSettings toProto(GroupSettings settings) {
        return ProtoGroupSettings.newBuilder()
                .setLeaseMillis(settings.leaseMillis())
                .setClockDriftPermille(settings.clockDriftPermille())
                .build();
    }

    private static GroupSettings settings(ProtoGroupSettings proto) {
        GroupSettings settings = new GroupSettings(proto.getLeaseMillis(), proto.getClockDriftPermille());
        return settings.equals(GroupSettings.DEFAULT) ? GroupSettings.DEFAULT : settings; // most groups share it
    }

    private static List<Member> members(String what, List<ProtoMember> protos, int max) {
        Wire.atMost(what, protos.size(), max);
        return Wire.map(protos, MembershipCodec::member);
    }

    private static List<Configuration.SpentTicket> spentTickets(List<ProtoSpentTicket> protos) {
        Wire.atMost("spent tickets", protos.size(), Configuration.SPENT_TICKETS_MAX);
        return Wire.map(protos, MembershipCodec::spentTicket);
    }

    private static ProtoSpentTicket toProto(Configuration.SpentTicket spent) {
        return ProtoSpentTicket.newBuilder()
                .setNonce(Wire.toProto(spent.nonce()))
                .setPeerId(Wire.toProto(spent.peerId()))
                .setExpiresAtMillis(spent.expiresAtMillis())
                .setRevoked(spent.revoked())
                .build();
    }

    private static Configuration.SpentTicket spentTicket(ProtoSpentTicket proto) {
        return new Configuration.SpentTicket(
                Bytes.wrap(proto.getNonce().toByteArray()),
                Wire.peerId(proto.getPeerId()),
                Wire.atLeastZero("expiry", proto.getExpiresAtMillis()),
                proto.getRevoked());
    }

    static ProtoMembershipChange toProto(MembershipChange change) {
        ProtoMembershipChange.Builder proto = ProtoMembershipChange.newBuilder()
                .addAllPut(Wire.map(change.put(), MembershipCodec::toProto))
                .addAllRemove(Wire.map(change.remove(), Wire::toProto))
                .addAllRevoke(Wire.map(change.revoke(), MembershipCodec::toProto));
        if (change.settings() != null) {
            proto.setSettings(toProto(change.settings()));
        }
        change.priorities()
                .forEach((peer, priority) -> proto.addPriorities(
                        ProtoPriority.newBuilder().setPeerId(Wire.toProto(peer)).setPriority(priority)));
        return proto.build();
    }

    static MembershipChange change(ProtoMembershipChange proto) {
        Wire.atMost("removals", proto.getRemoveCount(), Configuration.MEMBERS_MAX);
        return new MembershipChange(
                members("members to put", proto.getPutList(), Configuration.MEMBERS_MAX),
                Wire.map(proto.getRemoveList(), Wire::peerId),
                proto.hasSettings() ? settings(proto.getSettings()) : null,
                priorities(proto.getPrioritiesList()),
                revoked(proto.getRevokeList()));
    }

    private static SortedMap<PeerId, Integer> priorities(List<ProtoPriority> protos) {
        Wire.atMost("priorities", protos.size(), Configuration.MEMBERS_MAX);
        SortedMap<PeerId, Integer> priorities = new TreeMap<>();
        for (ProtoPriority proto : protos) {
            priorities.put(Wire.peerId(proto.getPeerId()), proto.getPriority());
        }
        return priorities;
    }

    private static List<Configuration.SpentTicket> revoked(List<ProtoSpentTicket> protos) {
        Wire.atMost("tickets to revoke", protos.size(), MembershipChange.REVOKE_MAX);
        return Wire.map(protos, MembershipCodec::spentTicket);
    }

    static ProtoCertificate toProto(Certificate certificate) {
        return ProtoCertificate.newBuilder()
                .setGenesis(Wire.toProto(certificate.genesis()))
                .setSubject(Wire.toProto(certificate.subject()))
                .setStoreId(Wire.toProto(certificate.storeId()))
                .setConfigurationId(Wire.toProto(certificate.configurationId()))
                .setIssuer(Wire.toProto(certificate.issuer()))
                .setSignature(Wire.toProto(certificate.signature()))
                .build();
    }

    static Certificate certificate(ProtoCertificate proto) {
        return new Certificate(
                Wire.genesis(proto.getGenesis()),
                Wire.peerId(proto.getSubject()),
                Wire.storeId(proto.getStoreId()),
                Wire.entryId(proto.getConfigurationId()),
                Wire.peerId(proto.getIssuer()),
                Wire.signature(proto.getSignature()));
    }

    static ProtoCertificateChain toProto(List<Certificate> chain) {
        return ProtoCertificateChain.newBuilder()
                .addAllCertificates(Wire.map(chain, MembershipCodec::toProto))
                .build();
    }

    static List<Certificate> chain(ProtoCertificateChain proto) {
        Wire.atMost("certificates", proto.getCertificatesCount(), Certificate.CHAIN_MAX);
        return Wire.map(proto.getCertificatesList(), MembershipCodec::certificate);
    }

    static ProtoRemovalNotice toProto(RemovalNotice notice) {
        return ProtoRemovalNotice.newBuilder()
                .setGenesis(Wire.toProto(notice.genesis()))
                .setSubject(Wire.toProto(notice.subject()))
                .setStoreId(Wire.toProto(notice.storeId()))
                .setConfigurationId(Wire.toProto(notice.configurationId()))
                .setIssuer(Wire.toProto(notice.issuer()))
                .setSignature(Wire.toProto(notice.signature()))
                .build();
    }

    static RemovalNotice notice(ProtoRemovalNotice proto) {
        return new RemovalNotice(
                Wire.genesis(proto.getGenesis()),
                Wire.peerId(proto.getSubject()),
                Wire.storeId(proto.getStoreId()),
                Wire.entryId(proto.getConfigurationId()),
                Wire.peerId(proto.getIssuer()),
                Wire.signature(proto.getSignature()));
    }

    static ProtoTicket toProto(Ticket ticket) {
        return ProtoTicket.newBuilder()
                .setCommunity(ticket.community())
                .setGenesis(Wire.toProto(ticket.genesis()))
                .setRole(ticket.role().number())
                .setExpiresAtMillis(ticket.expiresAtMillis())
                .setNonce(Wire.toProto(ticket.nonce()))
                .addAllContacts(Wire.map(ticket.contacts(), MembershipCodec::toProto))
                .setIssuer(Wire.toProto(ticket.issuer()))
                .setSignature(Wire.toProto(ticket.signature()))
                .build();
    }

    static Ticket ticket(ProtoTicket proto) {
        Wire.atMost("contacts", proto.getContactsCount(), Ticket.CONTACTS_MAX);
        return new Ticket(
                proto.getCommunity(),
                Wire.genesis(proto.getGenesis()),
                Member.Role.of(proto.getRole()),
                Wire.atLeastZero("expiry", proto.getExpiresAtMillis()),
                Bytes.wrap(proto.getNonce().toByteArray()),
                Wire.map(proto.getContactsList(), MembershipCodec::contact),
                Wire.peerId(proto.getIssuer()),
                Wire.signature(proto.getSignature()));
    }

    private static ProtoContact toProto(Ticket.Contact contact) {
        return ProtoContact.newBuilder()
                .setPeerId(Wire.toProto(contact.peerId()))
                .addAllAddresses(contact.addresses())
                .build();
    }

    private static Ticket.Contact contact(ProtoContact proto) {
        return new Ticket.Contact(Wire.peerId(proto.getPeerId()), proto.getAddressesList());
    }
}
