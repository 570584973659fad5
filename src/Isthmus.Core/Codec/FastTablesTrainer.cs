using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>Learns the frequencies of packed symbols from activations of a tensor, for some numbers of levels. Not thread-safe.</summary>
internal sealed class FastTablesTrainer
{
    private readonly Level[] _levels;

    /// <summary>Prepares to learn.</summary>
    /// <param name="shape">The tensor's shape.</param>
    /// <param name="levels">Each L that is to be learnt, 2…255.</param>
    public FastTablesTrainer(TensorShape shape, IEnumerable<int> levels) => _levels = [.. levels.Distinct().Order().Select(l => new Level(shape, l))];

    /// <summary>Learns from one activation.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        FloatRange range = FloatRange.Of(values);
        if (range.Min == range.Max) return;
        byte[] symbols = new byte[values.Length];
        foreach (Level level in _levels) level.Add(values, range, symbols);
    }

    /// <summary>What was learnt.</summary>
    public FastTables Train() => new(_levels.Select(l => l.Train()).OfType<FastModel>());

    private sealed class Level(TensorShape shape, int levels)
    {
        private readonly SymbolPacking _packing = new(levels);
        private readonly int _above = FastCodec.Above(shape, new SymbolPacking(levels));
        private readonly long[] _counts = new long[ContextModel.Contexts * 256];
        private readonly long[] _countsWithoutZeros = new long[ContextModel.Contexts * 256];
        private int _zero = -1;
        private long _blocks;
        private long _left;

        public void Add(ReadOnlySpan<float> values, FloatRange range, Span<byte> symbols)
        {
            Span<float> reconstruction = stackalloc float[256];
            LevelQuantiser quantiser = ClippingRange.Fit(values, range, levels, FastCodec.NearestLevel, reconstruction);
            if (_zero < 0) _zero = quantiser.Zero;

            // Another zero makes other symbols: such a tensor brings its own tables.
            if (quantiser.Zero != _zero) return;
            quantiser.Quantise(values, symbols);
            byte[] packed = new byte[_packing.Bytes(values.Length)];
            FastCodec.ClearNonFinite(values, range, _zero, symbols);
            _packing.Pack(symbols, packed);
            _left += PackedPlane.Count(packed, _packing, _zero, _above, _counts, _countsWithoutZeros);
            _blocks += new ZeroBlocks(_packing, _zero).Count(packed.Length);
        }

        public FastModel? Train()
        {
            if (_zero < 0) return null;
            bool leavesZerosOut = ZeroBlocks.Pays(_left, _blocks);
            return FastModel.Train(levels, _zero, leavesZerosOut, leavesZerosOut ? _countsWithoutZeros : _counts);
        }
    }
}
