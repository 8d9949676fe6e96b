package dev.flotilla.libp2p.quic;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A link that passes on the datagrams of one client and one server until it is cut, without a word to either. */
final class DatagramRelay implements AutoCloseable {
    private final DatagramSocket front = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final DatagramSocket back = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private volatile @Nullable SocketAddress client;
    private volatile boolean cut;
    private volatile boolean mute;

    DatagramRelay(InetSocketAddress server) throws IOException {
        start(() -> {
            while (true) {
                DatagramPacket packet = receive(front);
                client = packet.getSocketAddress();
                pass(packet, back, server);
            }
        });
        start(() -> {
            while (true) {
                DatagramPacket packet = receive(back);
                if (!mute) {
                    pass(packet, front, client);
                }
            }
        });
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
                "datagram-relay");
        thread.setDaemon(true);
        thread.start();
    }

    private static DatagramPacket receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        socket.receive(packet);
        return packet;
    }

    private void pass(DatagramPacket packet, DatagramSocket out, @Nullable SocketAddress to) throws IOException {
        if (!cut && to != null) {
            out.send(new DatagramPacket(packet.getData(), packet.getLength(), to));
        }
    }

    int port() {
        return front.getLocalPort();
    }

    /** The client hears nothing from now on. */
    void mute() {
        mute = true;
    }

    void cut() {
        cut = true;
    }

    @Override
    public void close() {
        front.close();
        back.close();
    }
}
