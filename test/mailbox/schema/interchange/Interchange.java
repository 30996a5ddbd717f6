// msgpack-core, whose packer is told each value. SPDX-License-Identifier: MIT
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;

public class Interchange {
    static final int NOTHING = 0x69a40fd3, SMALL = 0x68a468a6, INT = 0x48034d30, TEXT = 0x61a3ab9b;
    static final int BYTES = 0x48803234, INTS = 0x7c1105f7, OPT = 0x61f21c8d, CIRCLE = 0x6bf64813;

    static void show(MessageBufferPacker packer) throws IOException {
        StringBuilder hex = new StringBuilder();
        for (byte b : packer.toByteArray())
            hex.append(String.format("%02x", b));
        System.out.println(hex);
    }

    static MessageBufferPacker message(int tag, int fields) throws IOException {
        MessageBufferPacker packer = MessagePack.newDefaultBufferPacker();
        packer.packArrayHeader(2).packInt(tag).packMapHeader(fields);
        return packer;
    }

    static void own() throws IOException {
        MessageBufferPacker packer = message(NOTHING, 0);
        show(packer);
        packer = message(SMALL, 2);
        packer.packInt(1).packLong(5).packInt(2).packDouble(1.5);
        show(packer);
        packer = message(INT, 1);
        packer.packInt(1).packLong(1700000000000L);
        show(packer);
        packer = message(TEXT, 1);
        packer.packInt(1).packString("Gr\u00fc\u00dfe");
        show(packer);
        packer = message(BYTES, 1);
        packer.packInt(1).packBinaryHeader(2).writePayload(new byte[] {0, (byte) 255});
        show(packer);
        packer = message(INTS, 1);
        packer.packInt(1).packArrayHeader(3).packInt(1).packInt(-2).packInt(3);
        show(packer);
        packer = message(OPT, 3);
        packer.packInt(1).packNil().packInt(3).packString("a").packInt(7).packBoolean(true);
        show(packer);
        packer = message(OPT, 1);
        packer.packInt(6).packMapHeader(2).packInt(1).packInt(1).packInt(2).packInt(2);
        show(packer);
        packer = message(OPT, 1);
        packer.packInt(11).packArrayHeader(2).packInt(CIRCLE).packMapHeader(2);
        packer.packInt(1).packMapHeader(2).packInt(1).packInt(1).packInt(2).packInt(2);
        packer.packInt(2).packDouble(0.5);
        show(packer);
    }

    static void again() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            byte[] bytes = new byte[line.length() / 2];
            for (int i = 0; i < bytes.length; i++)
                bytes[i] = (byte) Integer.parseInt(line.substring(2 * i, 2 * i + 2), 16);
            MessageBufferPacker packer = MessagePack.newDefaultBufferPacker();
            packer.packValue(MessagePack.newDefaultUnpacker(bytes).unpackValue());
            show(packer);
        }
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments[0].equals("own"))
            own();
        else
            again();
    }
}
