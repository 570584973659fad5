using Isthmus.Core.Profiling;
using Isthmus.Core.Statistics;

namespace Isthmus.Runtime.Calibration;

/// <summary>What was seen of one setting so far, in counts that a paired comparison needs. It does not grow with the images.</summary>
internal sealed class SettingTally
{
    // Giving up what is nearly done saves nothing, and costs a row that could be used.
    private const int LeastLeft = 10;

    private readonly int _images;
    private readonly bool _labelled;
    private readonly LossBudgetTest _budget;
    private readonly List<double> _encode = [];
    private readonly List<double> _decode = [];
    private int _right1;
    private int _right5;
    private int _lost1;
    private int _gained1;
    private int _lost5;
    private int _gained5;

    /// <summary>Begins with nothing.</summary>
    /// <param name="setting">The codec or the input encoding, as text.</param>
    /// <param name="images">How many images there are.</param>
    /// <param name="labelled">Whether their classes are known.</param>
    /// <param name="stopLoss">The loss beyond which the setting is hopeless.</param>
    public SettingTally(string setting, int images, bool labelled, double stopLoss)
    {
        Setting = setting;
        _images = images;
        _labelled = labelled;
        // Without labels an image can only be lost; with them a setting may be right where the network is wrong.
        _budget = new(stopLoss, images, labelled ? -1 : 0);
    }

    public string Setting { get; }

    public int Seen { get; private set; }

    public long Bytes { get; private set; }

    public int Differ { get; private set; }

    /// <summary>Whether it was given up: it is too bad, and a tenth of the images or more, and at least ten, were left when that was clear.</summary>
    public bool Stopped { get; private set; }

    public IReadOnlyList<double> Encode => _encode;

    public IReadOnlyList<double> Decode => _decode;

    /// <summary>Mean bytes of an image.</summary>
    public long MeanBytes => (long)Math.Round((double)Bytes / Math.Max(1, Seen));

    /// <summary>Top-1 of the un-split network and of this setting.</summary>
    public PairedProportions Top1 => new(_right1 - _lost1, _lost1, _gained1, Seen - _right1 - _gained1);

    /// <summary>Top-5 likewise.</summary>
    public PairedProportions Top5 => new(_right5 - _lost5, _lost5, _gained5, Seen - _right5 - _gained5);

    /// <summary>What is smoothed: the loss of top-1 with labels, the share of answers that differ without.</summary>
    public double RawLoss => Seen == 0 ? 0 : _labelled ? Top1.Difference : (double)Differ / Seen;

    public void Add(ReferenceAnswer reference, Observation seen, bool timed)
    {
        bool differs = seen.Answer.First != reference.First;
        Seen++;
        Bytes += seen.Bytes;
        if (differs) Differ++;
        if (reference.Right1) _right1++;
        if (reference.Right5) _right5++;
        if (reference.Right1 && !seen.Answer.Right1) _lost1++;
        if (!reference.Right1 && seen.Answer.Right1) _gained1++;
        if (reference.Right5 && !seen.Answer.Right5) _lost5++;
        if (!reference.Right5 && seen.Answer.Right5) _gained5++;
        if (timed)
        {
            _encode.Add(seen.Encode);
            _decode.Add(seen.Decode);
        }

        bool hopeless = _budget.Observe(_labelled ? (reference.Right1 ? 1 : 0) - (seen.Answer.Right1 ? 1 : 0) : differs ? 1 : 0);
        Stopped |= hopeless && _images - Seen >= Math.Max(LeastLeft, _images / 10);
    }

    /// <summary>What the profile says of it beside the smoothed loss.</summary>
    public MeasuredAccuracy Accuracy()
    {
        double raw = RawLoss;
        // The exact interval for shares of differing answers: what is claimed of them holds whatever they are.
        ConfidenceInterval interval = _labelled ? Top1.Tango() : BinomialInterval.ClopperPearson(Differ, Seen);
        MeasuredAccuracy accuracy = new(raw, Math.Min(raw, interval.Low), Math.Max(raw, interval.High), 1 - ((double)Differ / Seen)) { Stopped = Stopped };
        return !_labelled ? accuracy : accuracy with { Top1Change = -Top1.Difference, Top5Change = -Top5.Difference, McNemar = Top1.McNemarExact() };
    }

    public TallyState State() => new(
        Setting, Seen, Bytes, Differ, _right1, _right5, _lost1, _gained1, _lost5, _gained5, Stopped, _budget.State, [.. _encode], [.. _decode]);

    /// <summary>Goes on where another tally of the same setting ended.</summary>
    /// <exception cref="ArgumentException">The state is not one of this setting, or makes no sense.</exception>
    public void Resume(TallyState state)
    {
        if (state.Setting != Setting || state.Seen < 0 || state.Bytes < 0 || state.Differ < 0 || state.Differ > state.Seen
            || !Fits(state.Right1, state.Lost1, state.Gained1) || !Fits(state.Right5, state.Lost5, state.Gained5) || state.Encode.IsDefault || state.Decode.IsDefault)
            throw new ArgumentException("It is not the state of this setting.", nameof(state));
        _budget.Resume(state.Seen, _labelled ? state.Lost1 - state.Gained1 : state.Differ, state.Stakes, state.Stopped);
        Stopped = state.Stopped;
        Seen = state.Seen;
        Bytes = state.Bytes;
        Differ = state.Differ;
        (_right1, _lost1, _gained1) = (state.Right1, state.Lost1, state.Gained1);
        (_right5, _lost5, _gained5) = (state.Right5, state.Lost5, state.Gained5);
        _encode.AddRange(state.Encode);
        _decode.AddRange(state.Decode);

        bool Fits(int right, int lost, int gained) => lost >= 0 && gained >= 0 && right >= lost && right + gained <= state.Seen;
    }
}
