using System.Text;
using System.Text.Json.Nodes;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Core.Tests.Orchestration.Learning;

/// <summary>What every learner must do.</summary>
internal static class LearnerChecks
{
    /// <summary>Learns for some steps and gives all that was chosen.</summary>
    public static int[] Learn(ILearner learner, SimulatedEnvironment world, int steps)
    {
        int users = world.Actions.Users.Length;
        int[] all = new int[steps * users];
        double[] ms = new double[users];
        SystemState before = new(users, world.Actions.Nodes.Length);
        for (int i = 0; i < steps; i++)
        {
            Span<int> choices = all.AsSpan(i * users, users);
            world.State.CopyTo(before);
            learner.Choose(before, choices);
            world.Step(choices, ms);
            learner.Learn(before, choices, ms, world.State);
        }

        return all;
    }

    /// <summary>Equal seeds make equal choices, others do not.</summary>
    public static void IsDeterministic(Func<long, ILearner> create, Func<SimulatedEnvironment> world, int steps)
    {
        Assert.Equal(Learn(create(1), world(), steps), Learn(create(1), world(), steps));
        Assert.NotEqual(Learn(create(1), world(), steps), Learn(create(2), world(), steps));
    }

    /// <summary>A restored learner goes on as the one that was saved does, and what it saves is the same.</summary>
    public static void IsRestoredExactly(ILearner learner, Func<JsonObject, ILearner> restore, Func<SimulatedEnvironment> world, int steps)
    {
        SimulatedEnvironment first = world();
        Learn(learner, first, steps);
        string text = learner.Save().ToJsonString();
        ILearner restored = restore(JsonNode.Parse(text)!.AsObject());
        Assert.Equal(text, restored.Save().ToJsonString());

        // Asking for the best changes nothing.
        int[] best = new int[first.Actions.Users.Length], again = new int[best.Length];
        learner.ChooseBest(first.State, best);
        restored.ChooseBest(first.State, again);
        Assert.Equal(best, again);
        restored.ChooseBest(world().State, again);
        SimulatedEnvironment one = world(), other = world();
        Assert.Equal(Learn(learner, one, steps), Learn(restored, other, steps));
        Assert.Equal(learner.Save().ToJsonString(), restored.Save().ToJsonString());
    }

    /// <summary>Whatever is wrong with what was saved is refused with a typed error, and nothing else is thrown.</summary>
    public static void RefusesHostile(ILearner learner, Func<JsonObject, ILearner> restore, Func<ILearner> other)
    {
        JsonObject saved = learner.Save();
        string text = saved.ToJsonString();
        Refused(other().Save(), restore);
        Refused([], restore);
        foreach ((string name, JsonNode? value) in saved.ToArray())
        {
            Refused(With(null), restore);
            Refused(With(JsonValue.Create("?")), restore);
            Refused(With(new JsonArray(1, 2)), restore);
            if (value is JsonValue v && v.TryGetValue(out string? data) && data.Length >= 8)
            {
                Refused(With(JsonValue.Create(data[..^4])), restore);
                Refused(With(JsonValue.Create(data + "AAAA")), restore);
            }
            else
            {
                Refused(With(JsonValue.Create(-1)), restore);
            }

            JsonObject With(JsonNode? node)
            {
                JsonObject copy = JsonNode.Parse(text)!.AsObject();
                copy[name] = node;
                return copy;
            }
        }

        Refused(JsonNode.Parse("""{"learner":"a","learner":"b"}""")!.AsObject(), restore);

        // Random damage: an error of this kind, or a learner that can go on.
        Core.Statistics.SeededRandom random = new(11);
        for (int i = 0; i < 300; i++)
        {
            StringBuilder damaged = new(text);
            for (int k = 0; k <= i % 3; k++) damaged[random.Next(damaged.Length)] = "09AZaz+/=\",-.e"[random.Next(14)];
            JsonObject? parsed;
            try
            {
                parsed = JsonNode.Parse(damaged.ToString()) as JsonObject;
            }
            catch (System.Text.Json.JsonException)
            {
                continue;
            }

            if (parsed is null) continue;
            try
            {
                _ = restore(parsed).Save();
            }
            catch (IsthmusException e)
            {
                Assert.Equal(ErrorKind.Data, e.Kind);
            }
        }
    }

    private static void Refused(JsonObject saved, Func<JsonObject, ILearner> restore) => Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => restore(saved)).Kind);
}
