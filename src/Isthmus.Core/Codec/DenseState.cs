using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Isthmus.Core.Codec;

/// <summary>
/// What encoder and decoder of the dense codec know alike while they go through a tensor: the magnitudes so far, and the context that
/// follows from them for the next. Integers only; rows are prepared eight positions at a time, with the same result everywhere.
/// </summary>
/// <remarks>
/// Magnitudes are kept in sixteenths of a step and cut off at <see cref="Cap"/> steps. A channel's plane has two rows and two columns
/// of border before and one behind: above it the channel's mean, beside and below it the nearest value.
/// </remarks>
internal unsafe ref struct DenseState
{
    /// <summary>How many values the trained mean of a channel counts for.</summary>
    public const int PriorCount = 8;

    /// <summary>Larger magnitudes count as this one when others are predicted from them.</summary>
    public const int Cap = 20;

    // A mean by position fades by 1/32 with every channel.
    private const int PositionShift = 5;
    private const int PositionScale = 6;

    private readonly int _width;
    private readonly int _height;
    private readonly int _stride;
    private readonly int _planeSize;
    private readonly short* _planes;
    private readonly int* _row;
    private readonly int* _spread;
    private readonly int* _position;
    private readonly uint* _reciprocal;
    private readonly ushort* _meanClass;
    private readonly ushort* _spreadClass;
    private short* _plane;
    private ReferencePlanes _references;
    private ReferenceWeights _referenceWeights;
    private int _referenceCount;
    private short* _current;
    private int* _here;
    private long _sum;
    private int _seen;
    private int _runningMean;
    private int _mean;
    private int _offset;
    private int _west;
    private int _westWest;
    private int _running;
    private DenseChannel.WeightList _weights;

    /// <summary>Prepares for a tensor.</summary>
    /// <param name="geometry">The tensor's.</param>
    /// <param name="planes">Memory of <see cref="DenseGeometry.PlaneLength"/>.</param>
    /// <param name="work">Memory of <see cref="DenseGeometry.WorkLength"/>.</param>
    /// <param name="meanClass">The table <see cref="DenseContexts.Mean"/>.</param>
    /// <param name="spreadClass">The table <see cref="DenseContexts.Spread"/>.</param>
    public DenseState(DenseGeometry geometry, short* planes, int* work, ushort* meanClass, ushort* spreadClass)
    {
        _width = geometry.Width;
        _height = geometry.Height;
        _stride = geometry.Stride;
        _planeSize = geometry.PlaneSize;
        _planes = planes;
        int values = _width * _height;
        _row = work;
        work += _width + DenseGeometry.Slack;
        _spread = work;
        work += _width + DenseGeometry.Slack;
        _position = work;
        work += values + DenseGeometry.Slack;
        _reciprocal = (uint*)work;
        _meanClass = meanClass;
        _spreadClass = spreadClass;
        for (int i = 0; i < values + DenseGeometry.Slack; i++) _position[i] = DenseContexts.Unit << (PositionScale - 1);
        for (int i = 0; i <= values; i++) _reciprocal[i] = (uint)((1UL << 32) / (uint)(PriorCount + i));
    }

    /// <summary>The mean magnitude of the present channel so far, in sixteenths of a step.</summary>
    public readonly int RunningMean => _runningMean;

    /// <summary>Begins a channel.</summary>
    /// <param name="index">Which one, counted from 0, in order.</param>
    /// <param name="channel">Its prediction.</param>
    /// <param name="mean">Its trained mean magnitude in sixteenths of a step.</param>
    /// <param name="offset">Its prediction's constant in sixteenths of a step.</param>
    public void BeginChannel(int index, in DenseChannel channel, int mean, int offset)
    {
        _plane = _planes + ((long)index * _planeSize) + (2 * _stride) + 2;
        _weights = channel.Weights;
        _referenceCount = 0;
        foreach (int reference in channel.References)
        {
            if (reference < 0) break;
            _references[_referenceCount] = ((long)reference * _planeSize) + (2 * _stride) + 2;
            _referenceWeights[_referenceCount] = _weights[DenseFeature.Of(_referenceCount)];
            _referenceCount++;
        }

        _west = _weights[DenseFeature.West];
        _westWest = _weights[DenseFeature.WestWest];
        _running = _weights[DenseFeature.RunningMean];
        _mean = Math.Clamp(mean, 0, Cap * DenseContexts.Unit);
        _offset = offset << 10;
        _sum = (long)_mean * PriorCount;
        _seen = 0;
        _runningMean = _mean;
        new Span<short>(_plane - (2 * _stride) - 2, (2 * _stride) + 2).Fill((short)_mean);
    }

    /// <summary>Ends a channel.</summary>
    public readonly void EndChannel()
    {
        short* last = _plane + ((_height - 1) * _stride);
        new Span<short>(last - 2, _width + 3).CopyTo(new Span<short>(last + _stride - 2, _width + 3));
    }

    /// <summary>Begins a row, of the channel that was begun, from the top.</summary>
    public void BeginRow(int y)
    {
        _current = _plane + (y * _stride);
        short* up = _current - _stride;
        _here = _position + (y * _width);
        _current[-1] = _current[-2] = y == 0 ? (short)_mean : up[0];
        Vector256<int> offset = Vector256.Create(_offset);
        Vector256<int> north = Vector256.Create((int)_weights[DenseFeature.North]);
        Vector256<int> northWest = Vector256.Create((int)_weights[DenseFeature.NorthWest]);
        Vector256<int> northEast = Vector256.Create((int)_weights[DenseFeature.NorthEast]);
        Vector256<int> northNorth = Vector256.Create((int)_weights[DenseFeature.NorthNorth]);
        Vector256<int> position = Vector256.Create((int)_weights[DenseFeature.Position]);
        short* first = _planes + (y * _stride);
        for (int x = 0; x < _width; x += Vector256<int>.Count)
        {
            Vector256<int> n = Load(up + x);
            Vector256<int> nw = Load(up + x - 1);
            Vector256<int> ne = Load(up + x + 1);
            Vector256<int> sum = offset + (n * north) + (nw * northWest) + (ne * northEast) + (Load(up - _stride + x) * northNorth);
            sum += Vector256.ShiftRightArithmetic(Vector256.Load(_here + x), PositionScale) * position;
            for (int r = 0; r < _referenceCount; r++) sum += Load(first + _references[r] + x) * Vector256.Create(_referenceWeights[r]);
            sum.Store(_row + x);
            (Vector256.Abs(n - nw) + Vector256.Abs(n - ne)).Store(_spread + x);
        }

        for (int r = 0; r < Math.Min(_referenceCount, DenseFeature.Wide); r++) AddAround(first + _references[r], DenseFeature.Of(r));
    }

    /// <summary>Ends a row.</summary>
    public readonly void EndRow() => _current[_width] = _current[_width - 1];

    /// <summary>The context of the next value of the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Context(int x)
    {
        int west = _current[x - 1];
        int expected = (_row[x] + (_west * west) + (_westWest * _current[x - 2]) + (_running * _runningMean)) >> 10;
        int spread = _spread[x] + Math.Abs(west - (_current - _stride)[x - 1]);
        return _meanClass[Math.Clamp(expected, 0, DenseContexts.Largest)] + _spreadClass[Math.Min(spread, DenseContexts.Largest)];
    }

    /// <summary>Tells the next value's magnitude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Push(int x, int magnitude)
    {
        int scaled = Math.Min(magnitude, Cap) * DenseContexts.Unit;
        _current[x] = (short)scaled;
        _sum += scaled;
        _runningMean = (int)((_sum * _reciprocal[++_seen]) >> 32);
        _here[x] += ((scaled << PositionScale) - _here[x]) >> PositionShift;
    }

    // What lies ahead of and behind a position in a reference channel.
    private readonly void AddAround(short* here, int feature)
    {
        Vector256<int> ahead = Vector256.Create((int)_weights[feature + 1]);
        Vector256<int> behind = Vector256.Create((int)_weights[feature + 2]);
        for (int x = 0; x < _width; x += Vector256<int>.Count)
        {
            Vector256<int> sum = Vector256.Load(_row + x);
            sum += (Load(here + x + 1) + Load(here + x + _stride)) * ahead;
            sum += (Load(here + x - 1) + Load(here + x - _stride)) * behind;
            sum.Store(_row + x);
        }
    }

    // Eight magnitudes as integers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Load(short* magnitudes)
    {
        (Vector128<int> low, Vector128<int> high) = Vector128.Widen(Vector128.Load(magnitudes));
        return Vector256.Create(low, high);
    }

    // Where the reference channels' first values lie.
    [InlineArray(DenseFeature.References)]
    private struct ReferencePlanes
    {
        private long _first;
    }

    [InlineArray(DenseFeature.References)]
    private struct ReferenceWeights
    {
        private int _first;
    }
}
