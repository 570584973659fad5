using System.Collections.Immutable;
using Isthmus.Core.Profiling.Curves.Fitting;

namespace Isthmus.Runtime.Calibration;

/// <summary>What was seen of a family's points so far, in counts of groups of images: what curves are fitted to. It does not grow with the images.</summary>
internal sealed class CurveTally
{
    private readonly int[] _images = new int[GroupedCounts.Groups];
    private readonly int[][] _right;
    private readonly int[] _agree;
    private readonly int[][] _rightInBin;

    /// <summary>Begins with nothing.</summary>
    /// <param name="family">The family.</param>
    /// <param name="bins">How many bins of confidence there are; 0 for none.</param>
    public CurveTally(CurveFamily family, int bins)
    {
        Family = family;
        _right = [.. family.Points.Select(_ => new int[GroupedCounts.Groups])];
        _agree = new int[family.Points.Length];
        _rightInBin = [.. family.Points.Select(_ => new int[bins])];
    }

    public CurveFamily Family { get; }

    public int Seen => _images.Sum();

    /// <summary>Counts an image.</summary>
    /// <param name="image">Its number in the order of processing, which is random: it says to which group it belongs.</param>
    /// <param name="bin">Its bin of confidence; null if there are none.</param>
    /// <param name="right">Whether each point's answer was right; without labels, was the un-split network's.</param>
    /// <param name="agrees">Whether it was the reference form's.</param>
    public void Add(int image, int? bin, ReadOnlySpan<bool> right, ReadOnlySpan<bool> agrees)
    {
        int group = image % GroupedCounts.Groups;
        _images[group]++;
        for (int i = 0; i < _agree.Length; i++)
        {
            if (agrees[i]) _agree[i]++;
            if (!right[i]) continue;
            _right[i][group]++;
            if (bin is { } b) _rightInBin[i][b]++;
        }
    }

    /// <summary>Of how many images a point's answer was the reference form's.</summary>
    public int Agreeing(int point) => _agree[point];

    /// <summary>Of how many images in a bin each point's answer was right.</summary>
    public ImmutableArray<int> RightInBin(int bin, IEnumerable<int> points) => [.. points.Select(p => _rightInBin[p][bin])];

    /// <summary>The counts of these points.</summary>
    public GroupedCounts Counts(IEnumerable<int> points) => new([.. _images], [.. points.Select(p => _right[p].ToImmutableArray())]);

    public CurveTallyState State() => new(Family.Name, [.. _images], [.. _right.Select(r => r.ToImmutableArray())], [.. _agree], [.. _rightInBin.Select(r => r.ToImmutableArray())]);

    /// <summary>Goes on where another tally of the same family ended.</summary>
    /// <exception cref="ArgumentException">The state is not one of this family, or makes no sense.</exception>
    public void Resume(CurveTallyState state)
    {
        if (state.Family != Family.Name || !Fits(state.Images, _images.Length, int.MaxValue) || !Fits(state.Agree, _agree.Length, state.Images.Sum())
            || !All(state.Right, _right) || !All(state.RightInBin, _rightInBin) || state.Right.Any(r => r.Zip(state.Images).Any(p => p.First > p.Second)))
            throw new ArgumentException("It is not the state of this family.", nameof(state));
        state.Images.CopyTo(_images);
        state.Agree.CopyTo(_agree);
        for (int i = 0; i < _agree.Length; i++)
        {
            state.Right[i].CopyTo(_right[i]);
            state.RightInBin[i].CopyTo(_rightInBin[i]);
        }

        static bool Fits(ImmutableArray<int> counts, int length, int most) => !counts.IsDefault && counts.Length == length && counts.All(c => c >= 0 && c <= most);

        bool All(ImmutableArray<ImmutableArray<int>> rows, int[][] like) => !rows.IsDefault && rows.Length == like.Length && rows.Zip(like).All(p => Fits(p.First, p.Second.Length, int.MaxValue));
    }
}
