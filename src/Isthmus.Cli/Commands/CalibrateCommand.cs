using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Isthmus.Cli.Console;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Runtime.Calibration;
using Isthmus.Runtime.Pipelines;
using Spectre.Console;
using Profile = Isthmus.Core.Profiling.Profile;

namespace Isthmus.Cli.Commands;

/// <summary>`calibrate`: how many bytes each setting makes of the images, and what it costs in accuracy.</summary>
internal sealed class CalibrateCommand : ICommandFactory
{
    private const string NoLabels = "none";

    private readonly Argument<string> _model = new("MODEL") { Description = "The ONNX file." };
    private readonly Option<string> _images = new("--images") { Description = "Folder of images of the kind that will be asked about.", Required = true, HelpName = "DIR" };

    private readonly Option<string?> _labels = new("--labels")
    {
        Description = "CSV file with the columns file,class_index, or none. With labels losses are of accuracy, without of agreement with the un-split network (default: labels.csv in DIR, if there is one).",
        HelpName = "FILE|none",
    };

    private readonly Option<string?> _output = new("--output", "-o") { Description = "Where the calibrated profile goes (default: NAME.calibration.json in the current folder; with --profile, that file).", HelpName = "FILE" };
    private readonly Option<string?> _profile = new("--profile") { Description = "Write sizes and losses into this profile of the same network, instead of one that has only them. Its cuts, codecs and input encodings are the default then.", HelpName = "FILE" };
    private readonly Option<string?> _cuts = new("--cuts") { Description = "Ids of the cuts, separated by commas (default: all).", HelpName = "LIST" };
    private readonly Option<int?> _maxCuts = new("--max-cuts") { Description = "The most cuts, chosen as 'profile' does (default: all).", HelpName = "N" };
    private readonly Option<string?> _codecs = new("--codecs") { Description = $"Codecs, separated by commas (default: {string.Join(',', CalibrationOptions.Default.Codecs)}).", HelpName = "LIST" };
    private readonly Option<string?> _inputs = new("--inputs") { Description = $"Input encodings, separated by commas, or none (default: {string.Join(',', CalibrationOptions.Default.Inputs)}).", HelpName = "LIST" };
    private readonly Option<string?> _input = new("--input")
    {
        Description = $"Measure how the accuracy grows with the bytes of the picture, and fit curves to it, for these families separated by commas: jpeg:Q or embedded (first parts), quality (JPEGs of lower quality), scale (smaller JPEGs). Default: {string.Join(',', CurveFamily.DefaultNames)}. Cuts, and inputs that are no points of curves, are then measured only where they are asked for.",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "FAMILIES",
    };

    private readonly Option<string?> _fractions = new("--fractions") { Description = $"The fractions of jpeg:Q and embedded that --input measures (default: {string.Join(',', CurveFamily.DefaultFractions.Select(f => f.ToString(CultureInfo.InvariantCulture)))}).", HelpName = "LIST" };
    private readonly Option<string?> _deviceNetwork = new("--device-network") { Description = "A small network, of the same classes, that runs on the device: --input also measures what its confidence says about an image.", HelpName = "FILE" };
    private readonly Option<int?> _maxImages = new("--max-images") { Description = "The most images, spread evenly over the folder (default: all).", HelpName = "N" };

    private readonly Option<double> _stopLoss = new("--stop-loss")
    {
        Description = "Give a setting up as soon as it is certain beyond 1 in 1000 that it loses more than this share on all images; 1 tries everything to the end.",
        DefaultValueFactory = _ => CalibrationOptions.Default.StopLoss,
        HelpName = "SHARE",
    };

    private readonly Option<int> _workers = new("--workers") { Description = "Settings that are tried at the same time.", DefaultValueFactory = _ => CalibrationOptions.Default.Workers, HelpName = "N" };

    /// <inheritdoc/>
    public Command Create()
    {
        Command command = new(
            "calibrate",
            """
            Measure for every cut and codec, and every input encoding, how many bytes cross and what that costs in accuracy, with intervals; with --input, how the accuracy grows with the bytes of the picture: what 'profile --calibration' and 'plan' decide from. Interrupted, the same command goes on where it ended.

            Examples:
              isthmus calibrate model.onnx --images photos --max-cuts 8 -o model.calibration.json
              isthmus calibrate model.onnx --images photos --labels classes.csv --codecs huffman:4,huffman:3 --cuts c05,c11
              isthmus calibrate model.onnx --images photos --profile model.profile.json
              isthmus calibrate model.onnx --images photos --input jpeg:75,quality --fractions 0.1,0.2,0.4,0.7,1
            """);
        command.Arguments.Add(_model);
        foreach (Option option in new Option[] { _images, _labels, _output, _profile, _cuts, _maxCuts, _codecs, _inputs, _input, _fractions, _deviceNetwork, _maxImages, _stopLoss, _workers }) command.Options.Add(option);
        SessionOptions session = SessionOptions.AddTo(command);
        ManifestOptions manifest = ManifestOptions.AddTo(command);
        return command.Runs(inv => RunAsync(inv, session, manifest));
    }

    private async Task RunAsync(Invocation inv, SessionOptions session, ManifestOptions manifest)
    {
        string model = inv.Options.GetValue(_model)!;
        Network network = Network.Load(model, manifest.Read(inv.Options));
        string? existing = inv.Options.GetValue(_profile);
        Profile? profile = existing is null ? null : ProfileFile.Load(existing, network.Model.Hash);
        string output = inv.Options.GetValue(_output) ?? existing ?? Path.GetFileNameWithoutExtension(model) + ".calibration.json";
        ImmutableArray<LabelledImage> images = Images(inv);
        CalibrationOptions options = Options(inv, session, profile) with { Journal = output + ".journal" };
        options.Validate();

        (Calibrator calibrator, CalibrationResult result) = await inv.WithProgressAsync("Calibrating", async progress =>
        {
            ModelAnalysis analysis = await Task.Run(() => ModelAnalysis.Analyse(network.Model, progress: null, inv.CancellationToken), inv.CancellationToken);
            Calibrator calibrator = new(network, analysis, options);
            return (calibrator, await calibrator.CalibrateAsync(images, progress, inv.CancellationToken));
        });
        foreach (string file in result.PassedOver) inv.Note($"Passed over: {file}");
        if (result.Profile.Calibration is { Top1: { } top1 } calibrated && AccuracyText.Suspicion(top1, calibrated.SampleCount) is { } suspicion) inv.Note(suspicion);
        Profile written = profile is null ? result.Profile : CalibrationMerge.Into(profile, result.Profile);
        foreach (string note in Untimed(written)) inv.Note(note);
        ProfileFile.Save(output, written);
        // Only now: had the profile not been written, the same command would still have everything.
        calibrator.DeleteJournal();
        inv.Result(
            new { file = output, passedOver = result.PassedOver, calibration = result.Profile.Calibration, cuts = result.Profile.Cuts, inputs = result.Profile.Inputs, inputCurves = result.Profile.InputCurves, confidenceTables = result.Profile.ConfidenceTables },
            console => Draw(console, result.Profile, output));
    }

    // Curves without times are no use to a planner.
    private static IEnumerable<string> Untimed(Profile profile) =>
        from curve in profile.InputCurves
        let nodes = string.Join(", ", profile.Nodes.Where(n => n.Inputs.All(i => i.Encoding != curve.Reference)).Select(n => n.Name))
        where nodes.Length > 0
        select $"The profile has no times of {curve.Reference} on {nodes}, so no plan can use its curve there: measure them with 'isthmus profile --calibration'.";

    private ImmutableArray<LabelledImage> Images(Invocation inv)
    {
        string folder = inv.Options.GetValue(_images)!;
        string? labels = inv.Options.GetValue(_labels);
        if (labels is null && Path.Combine(folder, "labels.csv") is { } beside && File.Exists(beside)) labels = beside;
        ImmutableArray<LabelledImage> images = LabelledImages.Load(folder, labels is NoLabels ? null : labels);
        if (labels is null or NoLabels) return images;
        int known = images.Count(i => i.ClassIndex is not null);
        if (known == 0) throw new IsthmusException(ErrorKind.File, $"{Path.GetFileName(labels)} has no class for any picture in {folder}: correct it, or give --labels none.");
        if (known < images.Length) inv.Note($"{images.Length - known} of {images.Length} images have no class in {Path.GetFileName(labels)} and are passed over.");
        return images;
    }

    private CalibrationOptions Options(Invocation inv, SessionOptions session, Profile? profile)
    {
        CalibrationOptions options = new()
        {
            MaxCuts = inv.Options.GetValue(_maxCuts),
            MaxImages = inv.Options.GetValue(_maxImages),
            StopLoss = inv.Options.GetValue(_stopLoss),
            Workers = inv.Options.GetValue(_workers),
            Session = session.Read(inv.Options),
        };
        if (profile is not null)
        {
            // Times are known of nothing else, and without them it could not be planned with.
            options = options with { Codecs = [.. profile.Cuts.SelectMany(c => c.Codecs).Select(c => c.Codec).Distinct()], Inputs = [.. profile.Inputs.Select(i => i.Encoding)] };
            if (options.MaxCuts is null) options = options with { Cuts = [.. profile.Cuts.Select(c => c.Id)] };
        }

        if (inv.Options.GetResult(_input) is not null)
        {
            ImmutableArray<double> fractions = inv.Options.GetValue(_fractions) is { } list ? CurveFamily.ParseFractions(list) : CurveFamily.DefaultFractions;
            ImmutableArray<string> names = inv.Options.GetValue(_input) is { } families ? List(families, f => f) : CurveFamily.DefaultNames;
            options = options with { Curves = [.. names.Select(n => CurveFamily.Parse(n, fractions))], Inputs = [] };
            if (inv.Options.GetValue(_codecs) is null && inv.Options.GetValue(_cuts) is null && options.MaxCuts is null) options = options with { Codecs = [], Cuts = [] };
            if (inv.Options.GetValue(_deviceNetwork) is { } device) options = options with { DeviceNetwork = Network.Load(device) };
        }
        else if (inv.Options.GetValue(_fractions) is not null || inv.Options.GetValue(_deviceNetwork) is not null)
        {
            throw new IsthmusException(ErrorKind.Usage, "--fractions and --device-network are about the curves of --input: give that too.");
        }

        if (inv.Options.GetValue(_cuts) is { } cuts) options = options with { Cuts = List(cuts, c => c) };
        if (inv.Options.GetValue(_codecs) is { } codecs) options = options with { Codecs = List(codecs, CodecSpec.Parse) };
        if (inv.Options.GetValue(_inputs) is { } inputs) options = options with { Inputs = inputs == "none" ? [] : List(inputs, InputEncoding.Parse) };
        return options;
    }

    private static ImmutableArray<T> List<T>(string text, Func<string, T> parse) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(parse).Distinct()];

    private static void Draw(IAnsiConsole console, Profile profile, string output)
    {
        ProfileCalibration calibration = profile.Calibration!;
        bool labelled = calibration.Labelled;
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn("cut"), new TableColumn("codec"), new TableColumn("bytes").RightAligned(), new TableColumn("bits/value").RightAligned());
        AddLossColumns(table, labelled);
        foreach (CutProfile cut in profile.Cuts)
        {
            double values = cut.Tensors.Sum(t => (double)t.Shape.ElementCount);
            bool first = true;
            foreach (CodecProfile codec in cut.Codecs)
            {
                string name = first ? $"{cut.Id} ({cut.MacShare.ToString("P1", CultureInfo.InvariantCulture)} of the work before)" : "";
                table.AddRow([Markup.Escape(name), codec.Codec.ToString(), codec.Bytes.ToString(), (8 * codec.Bytes.Value / values).ToString("0.00", CultureInfo.InvariantCulture), .. Losses(codec.AccuracyLoss, codec.Accuracy!, codec.SampleCount, labelled)]);
                first = false;
            }
        }

        if (profile.Cuts.Length > 0) console.Write(table);
        Table inputs = new() { Border = TableBorder.Simple };
        inputs.AddColumns(new TableColumn("input as"), new TableColumn("bytes").RightAligned());
        AddLossColumns(inputs, labelled);
        // The points of curves have tables of their own.
        HashSet<InputEncoding> points = [.. profile.InputCurves.SelectMany(c => c.Points).Select(p => p.Encoding)];
        InputProfile[] others = [.. profile.Inputs.Where(i => !points.Contains(i.Encoding))];
        foreach (InputProfile input in others)
            inputs.AddRow([input.Encoding.ToString(), input.Bytes.ToString(), .. Losses(input.AccuracyLoss, input.Accuracy!, input.SampleCount, labelled)]);
        if (others.Length > 0) console.Write(inputs);
        foreach (InputCurve curve in profile.InputCurves) CurveOutput.Draw(console, curve, labelled);
        foreach (ConfidenceTable confidence in profile.ConfidenceTables.DistinctBy(t => t.DeviceModel)) console.MarkupLineInterpolated($"{CurveOutput.Sentence(confidence, labelled)}");
        string whole = labelled ? $" The un-split network: top-1 {AccuracyText.Percent(calibration.Top1!.Value)} %, top-5 {AccuracyText.Percent(calibration.Top5!.Value)} %." : "";
        console.MarkupLineInterpolated($"On {profile.SampleCount} images{(labelled ? " with labels; losses in points of top-1" : "; losses are answers that differ from the un-split network's")}.{whole} Written to {output}.");
    }

    private static void AddLossColumns(Table table, bool labelled)
    {
        foreach (string name in labelled ? new[] { "loss %", "measured (95 %)", "top-5 %", "agrees %", "McNemar p" } : ["loss %", "measured (95 %)"]) table.AddColumn(new TableColumn(name).RightAligned());
    }

    private static IEnumerable<string> Losses(double loss, MeasuredAccuracy accuracy, int images, bool labelled)
    {
        yield return accuracy.Stopped ? $"given up after {images}" : AccuracyText.Percent(loss);
        yield return $"{AccuracyText.Percent(accuracy.RawLoss)} ({AccuracyText.Percent(accuracy.Low)}…{AccuracyText.Percent(accuracy.High)})";
        if (!labelled) yield break;
        yield return AccuracyText.Percent(accuracy.Top5Change!.Value);
        yield return AccuracyText.Percent(accuracy.Agreement);
        yield return accuracy.McNemar!.Value.ToString(accuracy.McNemar < 0.001 ? "0.0e0" : "0.000", CultureInfo.InvariantCulture);
    }
}
