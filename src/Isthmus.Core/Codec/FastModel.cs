namespace Isthmus.Core.Codec;

/// <summary>
/// Trained frequencies of the packed symbols of L levels, ready for coding: a few tables, and which context uses which. What hardly ever occurs in a
/// table's contexts has no frequency there: the marker of its size stands for it, and itself crosses in a list. Immutable.
/// </summary>
internal sealed class FastModel
{
    /// <summary>Sizes that have a marker: all but that of the symbol of zeros, which is never rare.</summary>
    public const int Markers = 3;

    /// <summary>The most tables: so many still fit the first-level cache, nearly.</summary>
    public const int MaxTables = 8;

    private const int Symbols = 256;
    private const byte ZerosOut = 0x80;

    // So few symbols all have frequencies, and there are no markers: all are the symbol of zeros.
    private const int FewSymbols = 64;

    // In a table, what is expected in fewer than this part of a slot is rare.
    private const double Rare = 0.5;

    // What is known of all contexts counts as a few symbols of each table.
    private const double Prior = 4;
    private const double Precision = 1 << 24;

    private readonly byte[] _sizes;
    private readonly byte[] _map;
    private readonly byte[] _markers;
    private readonly byte[] _largest;
    private readonly ushort[] _frequencies;
    private readonly Lazy<uint[]> _entries;
    private readonly Lazy<uint[]> _slots;

    private FastModel(int levels, int zero, bool leavesZerosOut, byte[] map, byte[] markers, byte[] largest, ushort[] frequencies)
    {
        Packing = new(levels);
        Zero = zero;
        LeavesZerosOut = leavesZerosOut;
        _sizes = Sizes(Packing, zero);
        _map = map;
        _markers = markers;
        _largest = largest;
        _frequencies = frequencies;
        _entries = new(MakeEntries);
        _slots = new(MakeSlots);
    }

    /// <summary>How symbols are packed: L.</summary>
    public SymbolPacking Packing { get; }

    /// <summary>The level of zero. Symbols of a tensor with another one are coded with other tables.</summary>
    public int Zero { get; }

    /// <summary>Whether <see cref="ZeroBlocks"/> are left out.</summary>
    public bool LeavesZerosOut { get; }

    /// <summary>Whether there are rare symbols.</summary>
    public bool HasMarkers => Packing.Symbols > FewSymbols;

    /// <summary>The size of each of 256 symbols; 255 of those that there are not.</summary>
    public ReadOnlySpan<byte> SymbolSizes => _sizes;

    /// <summary>Tables.</summary>
    public int Tables => _largest.Length;

    /// <summary>The table of each context.</summary>
    public ReadOnlySpan<byte> Map => _map;

    /// <summary>What stands for rare symbols of size 1, 2 and 3.</summary>
    public ReadOnlySpan<byte> MarkerSymbols => _markers;

    /// <summary>For <see cref="LaneEncoder"/>.</summary>
    public uint[] Entries => _entries.Value;

    /// <summary>For <see cref="LaneDecoder"/>.</summary>
    public uint[] Slots => _slots.Value;

    /// <summary>The frequencies of a table; 0 for what is rare.</summary>
    public ReadOnlySpan<ushort> Frequencies(int table) => _frequencies.AsSpan(table * Symbols, Packing.Symbols);

    /// <summary>Learns from counts.</summary>
    /// <param name="levels">L.</param>
    /// <param name="zero">The level of zero.</param>
    /// <param name="leavesZerosOut">Whether blocks of zeros are left out; then the counts are without them.</param>
    /// <param name="counts">How often each of 256 packed symbols occurred in each context.</param>
    public static FastModel Train(int levels, int zero, bool leavesZerosOut, ReadOnlySpan<long> counts)
    {
        SymbolPacking packing = new(levels);
        byte[] sizes = Sizes(packing, zero);
        int nothing = Array.IndexOf(sizes, (byte)0);
        (byte[] map, List<double[]> tables) = ContextClusters.Merge(counts, MaxTables);
        double[] all = new double[Symbols];
        foreach (double[] table in tables)
        {
            for (int s = 0; s < Symbols; s++) all[s] += table[s];
        }

        double total = Math.Max(1, all.Sum());
        bool marks = packing.Symbols > FewSymbols;
        byte[] markers = !marks ? [(byte)nothing, (byte)nothing, (byte)nothing] : [.. Enumerable.Range(0, packing.Symbols).Where(s => s != nothing).OrderBy(s => all[s]).ThenByDescending(s => s).Take(Markers).Select(s => (byte)s)];
        byte[] largest = new byte[tables.Count];
        ushort[] frequencies = new ushort[tables.Count * Symbols];
        int[] scaled = new int[packing.Symbols];
        double[] rare = new double[Markers + 1];
        for (int t = 0; t < tables.Count; t++)
        {
            double[] own = tables[t];
            double seen = own.Sum();
            Array.Clear(scaled);
            Array.Clear(rare);
            for (int s = 0; s < packing.Symbols; s++)
            {
                double share = (own[s] + (Prior * all[s] / total)) / (seen + Prior);
                if (marks && s != nothing && (share * packing.Slots < Rare || markers.Contains((byte)s))) rare[sizes[s]] += share;
                else scaled[s] = Math.Max(1, (int)Math.Round(share * Precision));
            }

            for (int size = 1; marks && size <= Markers; size++) scaled[markers[size - 1]] = Math.Max(1, (int)Math.Round(rare[size] * Precision));
            largest[t] = (byte)FrequencyTable.Normalise(scaled, frequencies.AsSpan(t * Symbols, packing.Symbols));
        }

        return new(levels, zero, leavesZerosOut, map, markers, largest, frequencies);
    }

    /// <summary>Appends the model's bytes.</summary>
    public void Write(List<byte> output)
    {
        output.Add((byte)Packing.Levels);
        output.Add((byte)Zero);
        output.AddRange(_markers);
        output.Add((byte)(Tables | (LeavesZerosOut ? ZerosOut : 0)));
        output.AddRange(_map);
        Span<byte> table = stackalloc byte[FrequencyTable.MaxBytes];
        for (int t = 0; t < Tables; t++) output.AddRange(table[..FrequencyTable.Write(Frequencies(t), _largest[t], table)]);
    }

    /// <summary>Reads a model.</summary>
    /// <param name="source">Begins with it; afterwards what follows it.</param>
    /// <exception cref="FrameException">The bytes are no model.</exception>
    public static FastModel Read(ref ReadOnlySpan<byte> source)
    {
        const int HeadBytes = 3 + Markers + ContextModel.Contexts;
        if (source.Length < HeadBytes || source[0] < 2 || source[1] >= source[0]) throw Bad();
        SymbolPacking packing = new(source[0]);
        int zero = source[1];
        byte[] markers = source.Slice(2, Markers).ToArray();
        int tables = source[2 + Markers] & ~ZerosOut;
        bool leavesZerosOut = (source[2 + Markers] & ZerosOut) != 0;
        byte[] map = source.Slice(3 + Markers, ContextModel.Contexts).ToArray();
        int nothing = Array.IndexOf(Sizes(packing, zero), (byte)0);
        if (tables is < 1 or > MaxTables || map.Any(t => t >= tables)) throw Bad();
        bool marks = packing.Symbols > FewSymbols;
        if (marks ? markers.Any(m => m >= packing.Symbols || m == nothing) || markers.Distinct().Count() < Markers : markers.Any(m => m != nothing)) throw Bad();
        source = source[HeadBytes..];
        byte[] largest = new byte[tables];
        ushort[] frequencies = new ushort[tables * Symbols];
        for (int t = 0; t < tables; t++)
        {
            Span<ushort> own = frequencies.AsSpan(t * Symbols, packing.Symbols);
            int bytes = FrequencyTable.Read(source, own);
            largest[t] = source[0];
            source = source[bytes..];
            if (own[nothing] == 0 || (!marks && own.Contains((ushort)0))) throw Bad();
            foreach (byte marker in markers)
            {
                if (own[marker] == 0) throw Bad();
            }
        }

        return new(packing.Levels, zero, leavesZerosOut, map, markers, largest, frequencies);
    }

    private uint[] MakeEntries()
    {
        uint[] entries = new uint[Tables * Symbols];
        for (int t = 0; t < Tables; t++)
        {
            Span<uint> own = entries.AsSpan(t * Symbols, Symbols);
            ReadOnlySpan<ushort> frequencies = Frequencies(t);
            uint start = 0;
            for (int s = 0; s < frequencies.Length; s++)
            {
                own[s] = start | ((uint)frequencies[s] << 16);
                start += frequencies[s];
            }

            if (!HasMarkers) continue;

            // The markers themselves are rare symbols, too.
            uint[] rare = [.. _markers.Select(m => entries[(t * Symbols) + m] | LaneEncoder.Rare)];
            for (int s = 0; s < frequencies.Length; s++)
            {
                if (frequencies[s] == 0 || _markers.Contains((byte)s)) own[s] = rare[_sizes[s] - 1];
            }
        }

        return entries;
    }

    private uint[] MakeSlots()
    {
        uint[] slots = new uint[(Tables * Packing.Slots) + LaneDecoder.Slack];
        byte[] sizes = [.. _sizes];
        for (int size = 1; HasMarkers && size <= Markers; size++) sizes[_markers[size - 1]] = (byte)size;
        for (int t = 0; t < Tables; t++)
            LaneDecoder.FillSlots(_frequencies.AsSpan(t * Symbols, Symbols), sizes, slots.AsSpan(t * Packing.Slots, Packing.Slots + LaneDecoder.Slack));
        return slots;
    }

    private static byte[] Sizes(in SymbolPacking packing, int zero)
    {
        byte[] sizes = new byte[Symbols];
        ContextModel.FillSizes(packing, zero, sizes);
        // What is no symbol has no size.
        sizes.AsSpan(packing.Symbols).Fill(byte.MaxValue);
        return sizes;
    }

    private static FrameException Bad() => new(FrameError.BadCode, "The trained frequencies are none.");
}
