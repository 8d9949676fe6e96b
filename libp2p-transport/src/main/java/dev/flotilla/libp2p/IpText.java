package dev.flotilla.libp2p;

import java.util.Arrays;

/** IP addresses as text, without any look-up of names: IPv4 in four decimal parts, IPv6 as RFC 5952 prints it. */
final class IpText {
    private static final int GROUPS = 8;

    private IpText() {}

    static byte[] parseIp4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("not an IPv4 address");
        }
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            boolean digits = parts[i].matches("[0-9]{1,3}");
            boolean leadingZero = parts[i].length() > 1 && parts[i].startsWith("0");
            if (!digits || leadingZero || Integer.parseInt(parts[i]) > 255) {
                throw new IllegalArgumentException("not an IPv4 address");
            }
            address[i] = (byte) Integer.parseInt(parts[i]);
        }
        return address;
    }

    static String printIp4(byte[] address) {
        return (address[0] & 0xff) + "." + (address[1] & 0xff) + "." + (address[2] & 0xff) + "." + (address[3] & 0xff);
    }

    static byte[] parseIp6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            byte[] address = groups(text);
            if (address.length != 2 * GROUPS) {
                throw notIp6();
            }
            return address;
        }
        byte[] head = groups(text.substring(0, gap));
        byte[] tail = groups(text.substring(gap + 2));
        if (head.length + tail.length > 2 * (GROUPS - 1)
                || text.substring(0, gap).contains(".")) {
            throw notIp6();
        }
        byte[] address = Arrays.copyOf(head, 2 * GROUPS);
        System.arraycopy(tail, 0, address, address.length - tail.length, tail.length);
        return address;
    }

    /** Groups divided by single colons, the last perhaps an IPv4 address; none if the text is empty. */
    private static byte[] groups(String text) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        String[] parts = text.split(":", -1);
        boolean endsInIp4 = parts[parts.length - 1].contains(".");
        int hexGroups = endsInIp4 ? parts.length - 1 : parts.length;
        if (hexGroups > GROUPS) {
            throw notIp6();
        }
        byte[] bytes = new byte[2 * hexGroups + (endsInIp4 ? 4 : 0)];
        for (int i = 0; i < hexGroups; i++) {
            if (!parts[i].matches("[0-9a-fA-F]{1,4}")) {
                throw notIp6();
            }
            int group = Integer.parseInt(parts[i], 16);
            bytes[2 * i] = (byte) (group >> 8);
            bytes[2 * i + 1] = (byte) group;
        }
        if (endsInIp4) {
            System.arraycopy(parseIp4(parts[parts.length - 1]), 0, bytes, 2 * hexGroups, 4);
        }
        return bytes;
    }

    private static IllegalArgumentException notIp6() {
        return new IllegalArgumentException("not an IPv6 address");
    }

    /** Lower case; the first longest run of at least two zero groups is left out (RFC 5952, section 4). */
    static String printIp6(byte[] address) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = ((address[2 * i] & 0xff) << 8) | (address[2 * i + 1] & 0xff);
        }
        int gapStart = -1;
        int gapLength = 1; // a single zero group is printed
        for (int i = 0; i < GROUPS; i++) {
            int length = 0;
            while (i + length < GROUPS && groups[i + length] == 0) {
                length++;
            }
            if (length > gapLength) {
                gapStart = i;
                gapLength = length;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == gapStart) {
                text.append("::");
                i += gapLength - 1;
            } else {
                boolean first = text.isEmpty() || text.charAt(text.length() - 1) == ':';
                text.append(first ? "" : ":").append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
