package dev.flotilla.libp2p.portmapping;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A router that speaks NAT-PMP (RFC 6886), at an address of 127.0.0.0/8 of its own, since its port is a fixed one. */
final class NatPmpGateway implements AutoCloseable {
    private static final int PORT = 5351;
    private static final int SHIFT = 10_000; // from internal ports to external ones

    private final DatagramSocket socket;
    private final InetAddress outside;
    private final Map<Integer, Integer> mapped = new ConcurrentHashMap<>(); // external port, lifetime
    private final AtomicInteger mappings = new AtomicInteger();

    /** @param outside where it says that it is */
    NatPmpGateway(InetAddress outside) throws IOException {
        this.outside = outside;
        Random random = new Random();
        byte[] own = {
            127, (byte) (1 + random.nextInt(250)), (byte) random.nextInt(250), (byte) (1 + random.nextInt(250))
        };
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByAddress(own), PORT));
        Thread thread = new Thread(this::serve, "nat-pmp");
        thread.setDaemon(true);
        thread.start();
    }

    static int externalPort(int internalPort) {
        return internalPort > 2 * SHIFT ? internalPort - SHIFT : internalPort + SHIFT;
    }

    InetAddress address() {
        return socket.getLocalAddress();
    }

    Map<Integer, Integer> mapped() {
        return mapped;
    }

    /** How often a port was mapped or renewed. */
    int mappings() {
        return mappings.get();
    }

    private void serve() {
        try {
            while (true) {
                DatagramPacket request = new DatagramPacket(new byte[64], 64);
                socket.receive(request);
                byte[] answer = answer(ByteBuffer.wrap(request.getData(), 0, request.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, request.getSocketAddress()));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private byte[] answer(ByteBuffer request) {
        byte operation = request.get(1);
        ByteBuffer answer = ByteBuffer.allocate(operation == 0 ? 12 : 16);
        answer.put((byte) 0).put((byte) (operation | 0x80)).putShort((short) 0).putInt(1);
        if (operation == 0) {
            return answer.put(outside.getAddress()).array();
        }
        int internal = request.getShort(4) & 0xffff;
        int lifetime = request.getInt(8);
        int external = externalPort(internal);
        if (lifetime == 0) {
            mapped.remove(external);
        } else {
            mapped.put(external, lifetime);
            mappings.incrementAndGet();
        }
        return answer.putShort((short) internal)
                .putShort((short) (lifetime == 0 ? 0 : external))
                .putInt(lifetime)
                .array();
    }

    @Override
    public void close() {
        socket.close();
    }
}
