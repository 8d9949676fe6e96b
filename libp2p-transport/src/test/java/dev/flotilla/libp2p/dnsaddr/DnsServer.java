package dev.flotilla.libp2p.dnsaddr;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A name server on loopback that knows a few TXT records (RFC 1035 §4), by UDP and TCP on one port. */
final class DnsServer implements AutoCloseable {
    private static final int HEADER_BYTES = 12;
    private static final int DATAGRAM_BYTES_MAX = 512;
    private static final int STRING_BYTES_MAX = 255;

    private final Map<String, List<String>> records;
    private final ServerSocket tcp;
    private final DatagramSocket udp;
    private final AtomicInteger askedByTcp = new AtomicInteger();

    DnsServer(Map<String, List<String>> records) throws IOException {
        this.records = records;
        ServerSocket stream = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        DatagramSocket datagrams = null;
        while (datagrams == null) {
            try {
                datagrams = new DatagramSocket(stream.getLocalPort(), InetAddress.getLoopbackAddress());
            } catch (BindException e) {
                stream.close();
                stream = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            }
        }
        tcp = stream;
        udp = datagrams;
        start(this::serveDatagrams);
        start(this::serveStreams);
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // closed
                    }
                },
                "dns-server");
        thread.setDaemon(true);
        thread.start();
    }

    String provider() {
        return "dns://127.0.0.1:" + udp.getLocalPort();
    }

    int askedByTcp() {
        return askedByTcp.get();
    }

    private void serveDatagrams() throws IOException {
        while (true) {
            DatagramPacket query = new DatagramPacket(new byte[DATAGRAM_BYTES_MAX], DATAGRAM_BYTES_MAX);
            udp.receive(query);
            byte[] answer = answer(Arrays.copyOf(query.getData(), query.getLength()));
            if (answer.length > DATAGRAM_BYTES_MAX) {
                answer = Arrays.copyOf(query.getData(), query.getLength());
                answer[2] |= (byte) 0x82; // an answer, cut off
            }
            udp.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
        }
    }

    private void serveStreams() throws IOException {
        while (true) {
            try (Socket client = tcp.accept()) {
                DataInputStream in = new DataInputStream(client.getInputStream());
                byte[] answer = answer(in.readNBytes(in.readUnsignedShort()));
                askedByTcp.incrementAndGet();
                DataOutputStream out = new DataOutputStream(client.getOutputStream());
                out.writeShort(answer.length);
                out.write(answer);
                in.read();
            }
        }
    }

    /** The query, marked as an answer, with the records behind it. */
    private byte[] answer(byte[] query) throws IOException {
        StringBuilder name = new StringBuilder();
        int at = HEADER_BYTES;
        for (int length = query[at]; length > 0; length = query[at]) {
            name.append(name.isEmpty() ? "" : ".").append(new String(query, at + 1, length, StandardCharsets.US_ASCII));
            at += 1 + length;
        }
        List<String> texts = records.getOrDefault(name.toString(), List.of());
        byte[] answer = Arrays.copyOf(query, at + 5); // the end of the name, type and class
        answer[2] |= (byte) 0x80;
        answer[3] = (byte) (records.containsKey(name.toString()) ? 0 : 3); // no such name
        answer[7] = (byte) texts.size();
        Arrays.fill(answer, 8, HEADER_BYTES, (byte) 0);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(answer);
        DataOutputStream out = new DataOutputStream(all);
        for (String text : texts) {
            byte[] data = strings(text);
            out.writeShort(0xc00c); // the name in the question
            out.writeShort(16);
            out.writeShort(1);
            out.writeInt(60);
            out.writeShort(data.length);
            out.write(data);
        }
        return all.toByteArray();
    }

    private static byte[] strings(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int from = 0; from < bytes.length; from += STRING_BYTES_MAX) {
            int length = Math.min(STRING_BYTES_MAX, bytes.length - from);
            out.write(length);
            out.write(bytes, from, length);
        }
        return out.toByteArray();
    }

    @Override
    public void close() throws IOException {
        tcp.close();
        udp.close();
    }
}
