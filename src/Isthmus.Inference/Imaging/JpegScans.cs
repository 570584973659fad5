namespace Isthmus.Inference.Imaging;

/// <summary>Where the scans of a JPEG end (ITU-T T.81, annex B): a progressive one cut there is a whole picture, only coarser.</summary>
internal static class JpegScans
{
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    /// <summary>The byte behind the entropy-coded data of each scan, in order; only whole scans. Empty if the bytes are no JPEG.</summary>
    public static IReadOnlyList<int> Ends(ReadOnlySpan<byte> jpeg)
    {
        List<int> ends = [];
        if (jpeg.Length < 2 || jpeg[0] != 0xFF || jpeg[1] != 0xD8) return ends;
        int at = 2;
        while (at + 4 <= jpeg.Length && jpeg[at] == 0xFF)
        {
            byte marker = jpeg[at + 1];
            if (marker == 0xFF)
            {
                // Fill bytes may stand before a marker.
                at++;
                continue;
            }

            if (marker == EndOfImage) break;
            at += 2 + ((jpeg[at + 2] << 8) | jpeg[at + 3]);
            if (marker != StartOfScan) continue;
            int end = NextMarker(jpeg, at);
            if (end < 0) break;
            ends.Add(end);
            at = end;
        }

        return ends;
    }

    /// <summary>The byte where the data of the first scan begins, behind all tables; 0 if there is none.</summary>
    public static int FirstData(ReadOnlySpan<byte> jpeg)
    {
        for (int at = 2; at + 4 <= jpeg.Length && jpeg[at] == 0xFF;)
        {
            byte marker = jpeg[at + 1];
            at += 2 + ((jpeg[at + 2] << 8) | jpeg[at + 3]);
            if (marker == StartOfScan) return at;
        }

        return 0;
    }

    // Behind entropy-coded data: the next marker but those that restart; 0xFF 0x00 is a value.
    private static int NextMarker(ReadOnlySpan<byte> jpeg, int from)
    {
        for (int i = from; i + 1 < jpeg.Length; i++)
        {
            if (jpeg[i] == 0xFF && jpeg[i + 1] is not (0 or 0xFF or (>= 0xD0 and <= 0xD7))) return i;
        }

        return -1;
    }
}
