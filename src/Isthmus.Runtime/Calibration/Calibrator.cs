using System.Collections.Immutable;
using System.Globalization;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Runtime.Calibration;

/// <summary>
/// Measures for every cut and codec setting, and for every input encoding, how many bytes cross and what that costs in accuracy: JALAD's S_i(c) and
/// A_i(c) (Li et al., ICPADS 2018), with intervals; and curves of the accuracy against the share of the picture's bytes (Zhao et al., Globecom Workshops 2020).
/// </summary>
/// <remarks>
/// Cut by cut: a head runs once per image, and its output is used by every setting while it lies in memory, then forgotten. One pass over the network that
/// yields all cut tensors of an image at once would save the heads' runs but for one, a few percent of the work (docs/calibration.md has figures), and
/// needs all tails in memory at once or all activations on disk.
/// </remarks>
public sealed class Calibrator
{
    private readonly CalibrationContext _context;
    private readonly CalibrationOptions _options;

    /// <summary>Prepares a calibration.</summary>
    /// <param name="network">The network.</param>
    /// <param name="analysis">Its cuts.</param>
    /// <param name="options">What is tried, and on what; null for the defaults.</param>
    /// <exception cref="IsthmusException">An option is out of range, the network has several inputs, or the analysis is of another network.</exception>
    public Calibrator(Network network, ModelAnalysis analysis, CalibrationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(analysis);
        _options = options ?? CalibrationOptions.Default;
        _options.Validate();
        if (analysis.Model.Hash != network.Model.Hash) throw new IsthmusException(ErrorKind.Model, "The analysis is of another network.");
        if (network.Model.Graph.Inputs.Length != 1)
            throw new IsthmusException(ErrorKind.Model, $"'{network.Model.Name}' has {network.Model.Graph.Inputs.Length} inputs; a picture can be given to networks with one.");
        _context = new(network, analysis, _options);
        Cuts = _options.Codecs.IsEmpty ? []
            : !_options.Cuts.IsDefaultOrEmpty ? [.. _options.Cuts.Distinct(StringComparer.Ordinal).Select(Find).OrderBy(c => analysis.Cuts.IndexOf(c))]
            : _options.MaxCuts is { } most ? CutSelection.Choose(analysis.Cuts, most) : analysis.Cuts;
    }

    /// <summary>The cuts that are calibrated, from input to output.</summary>
    public ImmutableArray<CutAnalysis> Cuts { get; }

    /// <summary>Measures.</summary>
    /// <param name="images">The images. If any has a class, those without are passed over, and losses are of accuracy; else of agreement with the un-split network.</param>
    /// <param name="progress">Told what is tried, and how much of all is done.</param>
    /// <param name="cancellationToken">Ends it; the journal keeps what was measured.</param>
    /// <exception cref="IsthmusException">No file is a picture, the network does not run, a label is no class, or the journal is another calibration's.</exception>
    public Task<CalibrationResult> CalibrateAsync(IReadOnlyList<LabelledImage> images, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Task.Run(() => RunAsync(images, progress, cancellationToken), cancellationToken);
    }

    /// <summary>Removes the journal: its result is safe elsewhere.</summary>
    public void DeleteJournal()
    {
        if (_options.Journal is { } path) File.Delete(path);
    }

    private async Task<CalibrationResult> RunAsync(IReadOnlyList<LabelledImage> given, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        progress?.Report(new("reads the images", 0));
        using CalibrationImages images = CalibrationImages.Choose(given, _options.MaxImages, cancellationToken);
        using CalibrationJournal journal = new(_options.Journal, Conditions(images), _options.JournalInterval, _options.Clock);
        // Work in runs of the whole network, so that the share that is done says something about the time that is left.
        double cutWork = Cuts.Sum(c => c.MacShare + (_options.Codecs.Length * (1.1 - c.MacShare))), inputWork = 1.5 * _options.AllInputs.Length, deviceWork = _options.DeviceNetwork is null ? 0 : 1;
        WorkProgress work = new(progress, images.InOrder.Length * (1 + cutWork + inputWork + deviceWork));

        ReferencePass reference = new(_context, images, journal);
        work.Begin("whole network", images.InOrder.Length, images.InOrder.Length);
        reference.Run(i => work.Done(i, 1, images.InOrder.Length - i), cancellationToken);
        work.End();

        ImmutableArray<CalibrationImage> usable = reference.Usable;
        ImmutableArray<InputProfile> inputs = [];
        List<InputTiming> inputTimes = [];
        ImmutableArray<InputCurve> curves = [];
        ImmutableArray<ConfidenceTable> confidences = [];
        ImmutableArray<InputEncoding> forms = _options.AllInputs;
        if (forms.Length > 0)
        {
            ConfidencePass? confidence = Confidence(usable, reference, journal, work, cancellationToken);
            HashSet<InputEncoding> points = [.. _options.Curves.SelectMany(c => c.Points)];
            // A curve needs its low end, so its points are never given up.
            SettingTally[] tallies = [.. forms.Select(f => new SettingTally(f.ToString(), usable.Length, images.Labelled, points.Contains(f) ? 1 : _options.StopLoss))];
            ImmutableArray<CurveTally> families = [.. _options.Curves.Select(c => new CurveTally(c, confidence?.Bins ?? 0))];
            using InputPass pass = new(_context, tallies, families, i => confidence?.BinOf(i), reference.Of);
            await RunAsync(pass, usable, reference, journal, work, cancellationToken);
            inputs = CalibrationTables.Inputs(forms, pass.Settings);
            inputTimes.AddRange(CalibrationTables.InputTimes(forms, pass.Settings));
            double whole = images.Labelled ? usable.Average(i => reference.Of(i).Right1 ? 1.0 : 0) : 1;
            progress?.Report(new("fits curves", work.Fraction));
            (curves, confidences) = CalibrationCurves.Of(families, inputs, whole, confidence);
        }

        List<CutProfile> cuts = [];
        List<SegmentTiming> heads = [];
        List<CodecTiming> codecTimes = [];
        ImmutableArray<CalibrationImage> training = TablesTraining.IsOfUse(_options.Codecs) ? TablesTraining.Choose(usable) : [];
        foreach (CutAnalysis cut in Cuts)
        {
            ImmutableArray<CodecTables?> tables = TablesTraining.Train(_context, cut, training, _options.Codecs, cancellationToken);
            using CutPass pass = new(_context, cut, Tallies(_options.Codecs.Select(c => c.ToString()), usable.Length, images.Labelled), tables);
            await RunAsync(pass, usable, reference, journal, work, cancellationToken);
            cuts.Add(new(cut.Id, [.. cut.Tensors.Select((t, i) => new CutTensor(t.Name, t.Shape) { Tables = tables[i] })], cut.Bytes, cut.MacShare, CalibrationTables.Codecs(_options.Codecs, pass.Settings)));
            heads.Add(new(null, cut.Id, Timing.Of(pass.Runs)));
            codecTimes.AddRange(CalibrationTables.CodecTimes(cut.Id, _options.Codecs, pass.Settings));
        }

        progress?.Report(new("done", 1));
        return new(
            Assemble(images, reference, usable, [.. cuts], inputs, [.. heads], [.. codecTimes], [.. inputTimes]) with { InputCurves = curves, ConfidenceTables = confidences }, [.. images.Unreadable, .. reference.Unusable]);
    }

    private ConfidencePass? Confidence(ImmutableArray<CalibrationImage> images, ReferencePass reference, CalibrationJournal journal, WorkProgress work, CancellationToken cancellationToken)
    {
        if (_options.DeviceNetwork is not { } device) return null;
        ConfidencePass pass = new(_context, device, journal);
        work.Begin("device network", images.Length, images.Length);
        pass.Run(images, reference.Of, i => work.Done(i, 1, images.Length - i), cancellationToken);
        work.End();
        return pass;
    }

    private async Task RunAsync(
        CalibrationPass pass, ImmutableArray<CalibrationImage> images, ReferencePass reference, CalibrationJournal journal, WorkProgress work, CancellationToken cancellationToken)
    {
        double all = images.Length * Work(pass.Settings.Count);
        work.Begin(pass.Name, images.Length, all);
        int done = Resume(pass, journal.Pass(pass.Name), images.Length);
        work.Done(done, all * done / images.Length, (images.Length - done) * Work(pass.Settings.Count(s => !s.Stopped)));
        while (done < images.Length && pass.Settings.Any(s => !s.Stopped))
        {
            cancellationToken.ThrowIfCancellationRequested();
            CalibrationImage image = images[done];
            bool timed = done < _options.Repeats;
            int[] live = [.. Enumerable.Range(0, pass.Settings.Count).Where(s => !pass.Settings[s].Stopped)];
            Observation[] seen = new Observation[live.Length];
            pass.Begin(image, timed, cancellationToken);
            try
            {
                int next = -1;
                // Where times count, one after the other.
                int workers = timed ? 1 : Math.Min(pass.Workers, live.Length);
                await Task.WhenAll(Enumerable.Range(0, workers).Select(w => Task.Run(
                    () =>
                    {
                        for (int k; (k = Interlocked.Increment(ref next)) < live.Length;) seen[k] = pass.Try(w, live[k], timed, cancellationToken);
                    },
                    cancellationToken)));
            }
            finally
            {
                pass.End();
            }

            ReferenceAnswer answer = reference.Of(image);
            for (int k = 0; k < live.Length; k++) pass.Settings[live[k]].Add(answer, seen[k], timed);
            Observation[] bySetting = new Observation[pass.Settings.Count];
            for (int k = 0; k < live.Length; k++) bySetting[live[k]] = seen[k];
            pass.Judge(done, image, answer, bySetting);
            done++;
            if (journal.Due || done == images.Length || pass.Settings.All(s => s.Stopped))
                journal.Write(new() { Pass = pass.Name, Images = done, Runs = [.. pass.Runs], Settings = [.. pass.Settings.Select(s => s.State())], Curves = pass.Curves });
            work.Done(done, Work(live.Length), (images.Length - done) * Work(pass.Settings.Count(s => !s.Stopped)));
        }

        work.End();

        double Work(int settings) => settings == 0 ? 0 : pass.ImageWork + (settings * pass.SettingWork);
    }

    // How many images of a pass are done already, with what was seen of them.
    private static int Resume(CalibrationPass pass, JournalLine? line, int images)
    {
        if (line?.Settings is not { IsDefault: false } states || states.Length != pass.Settings.Count || line.Images < 0 || line.Images > images || line.Runs is not { IsDefault: false } runs)
            return 0;
        for (int i = 0; i < states.Length; i++)
        {
            if (states[i] is null || states[i].Setting != pass.Settings[i].Setting || (states[i].Stopped ? states[i].Seen > line.Images : states[i].Seen != line.Images))
                throw new IsthmusException(ErrorKind.File, $"The journal is damaged where it speaks of {pass.Name}: remove it, or choose another output.");
        }

        try
        {
            for (int i = 0; i < states.Length; i++) pass.Settings[i].Resume(states[i]);
            pass.Resume(line.Images, line.Curves);
        }
        catch (ArgumentException e)
        {
            throw new IsthmusException(ErrorKind.File, $"The journal is damaged where it speaks of {pass.Name}: remove it, or choose another output.", e);
        }

        pass.Runs.AddRange(runs);
        return line.Images;
    }

    private Profile Assemble(
        CalibrationImages images, ReferencePass reference, ImmutableArray<CalibrationImage> usable, ImmutableArray<CutProfile> cuts, ImmutableArray<InputProfile> inputs,
        ImmutableArray<SegmentTiming> heads, ImmutableArray<CodecTiming> codecTimes, ImmutableArray<InputTiming> inputTimes)
    {
        HashSet<CalibrationImage> used = new(usable, ReferenceEqualityComparer.Instance);
        DateTimeOffset now = _options.Clock.GetUtcNow();
        ProfileCalibration calibration = new(
            images.Hash(used.Contains), ModelHash.Of(_context.Network.ManifestJson.Span), usable.Length, images.Labelled, now, Profiler.SoftwareVersion());
        if (images.Labelled)
            calibration = calibration with { Top1 = usable.Average(i => reference.Of(i).Right1 ? 1.0 : 0), Top5 = usable.Average(i => reference.Of(i).Right5 ? 1.0 : 0) };
        SegmentTiming[] whole = [new(null, null, Timing.Of(reference.Runs))];
        InputTiming[] local = [new(InputEncoding.Local, Milliseconds.Zero, Timing.Of(reference.Decodes).P50)];
        NodeProfile device = new(
            Tiers.Device, Tier.Device, Url: null, Slowdown: 1, Profiler.Host(), ExecutionProvider.Describe(_options.Session.Provider),
            _options.Session.Threads, Milliseconds.Zero, [.. whole, .. heads], codecTimes, [.. local, .. inputTimes]);
        return new(
            Profile.CurrentVersion, _context.Network.Model.Hash, _context.Network.Model.Name, now, Profiler.SoftwareVersion(), usable.Length,
            _context.Analysis.Outputs.Sum(o => o.ByteLength), cuts, inputs, [device], [])
        {
            Calibration = calibration,
            Macs = _context.Analysis.Macs,
        };
    }

    private SettingTally[] Tallies(IEnumerable<string> settings, int images, bool labelled) => [.. settings.Select(s => new SettingTally(s, images, labelled, _options.StopLoss))];

    private CutAnalysis Find(string id) => _context.Analysis.Cuts.FirstOrDefault(c => c.Id == id)
        ?? throw new IsthmusException(ErrorKind.Usage, $"'{_context.Network.Model.Name}' has no cut '{id}': 'isthmus inspect' lists them.");

    // What must be the same for what was measured to be used again. The cuts are not among it: more of them may be added.
    private string Conditions(CalibrationImages images) => string.Join(
        '|', "calibration 2", _context.Network.Model.Hash, ModelHash.Of(_context.Network.ManifestJson.Span), images.Hash(_ => true), string.Join(',', _options.Codecs),
        string.Join(',', _options.Inputs), string.Join(',', _options.Curves.Select(c => $"{c.Name}({string.Join(',', c.Points)})")), Device(), _options.StopLoss.ToString("R", CultureInfo.InvariantCulture), _options.Session, Profiler.Host(), Profiler.SoftwareVersion());

    private string Device() => _options.DeviceNetwork is { } device ? $"{device.Model.Hash} {ModelHash.Of(device.ManifestJson.Span)}" : "";
}
