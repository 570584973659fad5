using System.Collections.Immutable;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Core.Progress;

namespace Isthmus.Lab.Orchestration;

/// <summary>
/// Compares what a <see cref="SystemModel"/>, and with it every simulation, predicts with what real users see: each action alone, nodes that more and more users share, and joint actions.
/// All of it is measured again; nothing that the model was made of is judged by.
/// </summary>
/// <param name="options">How thoroughly; null for the defaults.</param>
public sealed class LivePrediction(LivePredictionOptions? options = null)
{
    private readonly LivePredictionOptions _options = options ?? new();

    /// <summary>Measures and compares.</summary>
    /// <param name="live">The environment; nothing else may use it meanwhile.</param>
    /// <param name="model">The model of it.</param>
    /// <param name="progress">Told what goes on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<LiveComparison> CompareAsync(LiveEnvironment live, SystemModel model, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(live);
        ArgumentNullException.ThrowIfNull(model);
        _options.Validate();
        List<Trial> trials = [.. Alone(model), .. Shared(model), .. Joint(model, live.State)];
        // Rounds outside: what disturbs for a while falls on all of them alike.
        for (int round = 0; round < _options.Rounds; round++)
        {
            for (int t = 0; t < trials.Count; t++)
            {
                ImmutableArray<LiveAnswer?> answers = await live.RequestAsync(trials[t].Choices(round), cancellationToken);
                if (answers.All(a => a is not { IsLost: true })) trials[t].Measured.Add((answers.OfType<LiveAnswer>().Average(a => a.Ms), round));
                progress?.Report(new("compares", (((double)round * trials.Count) + t + 1) / (_options.Rounds * trials.Count)));
            }
        }

        ILookup<Kind, PredictedTime> times = trials.ToLookup(t => t.Kind, t => t.Compare(model, live.State));
        return new(model.Contention, [.. times[Kind.Alone]], [.. times[Kind.Shared]], [.. times[Kind.Joint]]);
    }

    private static IEnumerable<Trial> Alone(SystemModel model)
    {
        int users = model.Actions.Users.Length;
        for (int u = 0; u < users; u++)
        {
            for (int a = 0; a < model.Actions.Users[u].Actions.Length; a++)
            {
                int[] choices = Nobody(users);
                choices[u] = a;
                yield return new(Kind.Alone, $"{model.Actions.Users[u].Name}: {model.Actions.Users[u].Actions[a].Name}", [choices]);
            }
        }
    }

    // Which users share a node changes from round to round, and the prediction with it.
    private static IEnumerable<Trial> Shared(SystemModel model)
    {
        int users = model.Actions.Users.Length;
        for (int node = 0; node < model.Actions.Nodes.Length; node++)
        {
            int action = ActionOn(model.Actions.Users[0], node);
            if (action < 0) continue;
            for (int k = 2; k <= users; k++)
            {
                yield return new(Kind.Shared, $"{k} users on {model.Actions.Nodes[node]}", [.. Enumerable.Range(0, users).Select(first =>
                {
                    int[] choices = Nobody(users);
                    for (int i = 0; i < k; i++) choices[(first + i) % users] = action;
                    return choices;
                })]);
            }
        }
    }

    private List<Trial> Joint(SystemModel model, SystemState state)
    {
        ImmutableArray<UserMenu> users = model.Actions.Users;
        HashSet<string> known = new(StringComparer.Ordinal);
        List<Trial> trials = [];
        if (CountingSearch.Solve(model.Problem(state, new AccuracyGoal())) is { } fastest) Add("predicted fastest", [.. fastest.Choices]);
        double most = users.Average(u => u.Actions.Max(a => a.Accuracy));
        if (CountingSearch.Solve(model.Problem(state, new AccuracyGoal(most))) is { } best) Add("predicted fastest of the most accurate", [.. best.Choices]);
        Add("all on their devices, most accurate", [.. users.Select(u => MostAccurateOn(u, UserAction.Own))]);
        for (int node = 0; node < model.Actions.Nodes.Length; node++)
        {
            int[] choices = [.. users.Select(u => MostAccurateOn(u, node))];
            if (choices.All(c => c >= 0)) Add($"all on {model.Actions.Nodes[node]}", choices);
        }

        Random random = new(_options.Seed);
        // A bound on the tries, for small spaces whose joint actions are used up.
        for (int tries = 0, left = _options.JointActions; left > 0 && tries < 20 * _options.JointActions; tries++)
        {
            // The place first: of the actions most are on the own device.
            int[] choices = [.. users.Select(u =>
            {
                int[] places = [.. u.Actions.Select(a => a.Node).Distinct()];
                int place = places[random.Next(places.Length)];
                int[] there = [.. Enumerable.Range(0, u.Actions.Length).Where(a => u.Actions[a].Node == place)];
                return there[random.Next(there.Length)];
            })];
            if (Add("", choices)) left--;
        }

        return trials;

        bool Add(string name, int[] choices)
        {
            string what = string.Join("; ", choices.Select((c, u) => users[u].Actions[c].Name));
            if (!known.Add(what)) return false;
            trials.Add(new(Kind.Joint, name.Length > 0 ? $"{name}: {what}" : what, [choices]));
            return true;
        }
    }

    private static int[] Nobody(int users)
    {
        int[] choices = new int[users];
        Array.Fill(choices, LiveEnvironment.Idle);
        return choices;
    }

    private static int ActionOn(UserMenu menu, int node)
    {
        for (int a = 0; a < menu.Actions.Length; a++)
        {
            if (menu.Actions[a].Node == node) return a;
        }

        return -1;
    }

    private static int MostAccurateOn(UserMenu menu, int node) => Enumerable.Range(0, menu.Actions.Length).Where(a => menu.Actions[a].Node == node)
        .OrderByDescending(a => menu.Actions[a].Accuracy).Append(-1).First();

    private enum Kind
    {
        Alone,
        Shared,
        Joint,
    }

    private sealed record Trial(Kind Kind, string Name, ImmutableArray<int[]> Turns)
    {
        public List<(double Ms, int Round)> Measured { get; } = [];

        public int[] Choices(int round) => Turns[round % Turns.Length];

        public PredictedTime Compare(SystemModel model, SystemState state)
        {
            int sharing = Turns[0].Count(c => c >= 0);
            // Beside the rounds that were answered, each with those users who took part.
            IEnumerable<int> rounds = Measured.Count > 0 ? Measured.Select(m => m.Round) : Enumerable.Range(0, Turns.Length);
            double predicted = rounds.Average(r => Predict(model, state, Choices(r)));
            return new(Name, sharing, predicted, Measured.Count > 0 ? LiveEnvironment.Median(Measured.Select(m => m.Ms)) : double.NaN, Measured.Count);
        }

        private static double Predict(SystemModel model, SystemState state, int[] choices)
        {
            int[] counts = new int[model.Actions.Nodes.Length];
            for (int u = 0; u < choices.Length; u++)
            {
                if (choices[u] >= 0 && model.Actions.Users[u].Actions[choices[u]].Node is >= 0 and int node) counts[node]++;
            }

            return Enumerable.Range(0, choices.Length).Where(u => choices[u] >= 0)
                .Average(u => model.ExpectedMs(state, u, choices[u], model.Actions.Users[u].Actions[choices[u]].Node is >= 0 and int node ? counts[node] : 1));
        }
    }
}
