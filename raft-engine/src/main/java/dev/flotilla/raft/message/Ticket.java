package dev.flotilla.raft.message;

import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.List;

/**
 * A member's signed permission to join: good for one peer, which may come again with it.
 *
 * @param community what the group is called, 1 to {@link #COMMUNITY_LENGTH_MAX} characters, no control characters
 * @param genesis the group
 * @param role what the newcomer becomes; a voter starts as a promotable learner, a witness as a promotable one
 * @param expiresAtMillis when it expires, in milliseconds since the epoch; the leader judges
 * @param nonce {@link #NONCE_BYTES} random bytes, spent in the configuration entry that adds the newcomer
 * @param contacts members and where they can be reached; the newcomer believes them to be members
 * @param issuer the member that signed
 * @param signature over {@link #signedBytes}
 */
public record Ticket(
        String community,
        GenesisId genesis,
        Member.Role role,
        long expiresAtMillis,
        Bytes nonce,
        List<Contact> contacts,
        PeerId issuer,
        Bytes signature) {
    public static final int COMMUNITY_LENGTH_MAX = 64;
    public static final int NONCE_BYTES = 16;
    public static final int CONTACTS_MAX = Configuration.MEMBERS_MAX;
    public static final int ADDRESSES_MAX = 16;
    public static final int ADDRESS_LENGTH_MAX = 256;

    /**
     * A member and its addresses, in the transport's own words, for example multiaddrs.
     *
     * @param addresses at most {@link #ADDRESSES_MAX}, each of at most {@link #ADDRESS_LENGTH_MAX} characters
     */
    public record Contact(PeerId peerId, List<String> addresses) {
        public Contact {
            addresses = List.copyOf(addresses);
            if (addresses.size() > ADDRESSES_MAX) {
                throw new IllegalArgumentException(
                        "at most " + ADDRESSES_MAX + " addresses a peer are allowed, got " + addresses.size());
            }
            for (String address : addresses) {
                if (address.length() > ADDRESS_LENGTH_MAX || address.chars().anyMatch(Character::isISOControl)) {
                    throw new IllegalArgumentException("not an address: '" + address + "'");
                }
            }
        }
    }

    public Ticket {
        contacts = List.copyOf(contacts);
        if (community.isEmpty()
                || community.length() > COMMUNITY_LENGTH_MAX
                || community.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a community's name has 1 to " + COMMUNITY_LENGTH_MAX
                    + " characters and no control characters, got '" + community + "'");
        }
        if (nonce.size() != NONCE_BYTES) {
            throw new IllegalArgumentException("expected a nonce of " + NONCE_BYTES + " bytes, got " + nonce.size());
        }
        if (expiresAtMillis < 0) {
            throw new IllegalArgumentException("a ticket expires after 1970, got " + expiresAtMillis
                    + " ms since then: is this machine's clock right?");
        }
        if (contacts.isEmpty() || contacts.size() > CONTACTS_MAX) {
            throw new IllegalArgumentException(
                    "a ticket names 1 to " + CONTACTS_MAX + " members, got " + contacts.size());
        }
    }

    /** What is signed: everything but the signature. Each contact is its peer id, how many addresses follow, and those. */
    public Bytes signedBytes() {
        List<Object> parts = new ArrayList<>(List.of(community, genesis, role.number(), expiresAtMillis, nonce.hex()));
        for (Contact contact : contacts) {
            parts.add(contact.peerId());
            parts.add(contact.addresses().size());
            parts.addAll(contact.addresses());
        }
        parts.add(issuer);
        return SignedText.of("flotilla-ticket-1", parts.toArray());
    }

    /** The same with that signature. */
    public Ticket withSignature(Bytes newSignature) {
        return new Ticket(community, genesis, role, expiresAtMillis, nonce, contacts, issuer, newSignature);
    }
}
