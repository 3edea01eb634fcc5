//! Whether a graph that grows edge by edge is planar: the left-right test.
//!
//! A depth-first search turns edges into tree edges and back edges.
//! A drawing without crossings is a choice of a side, left or right, for each back edge; two of them that
//! reach past each other must lie on opposite sides, and the second search looks for such a choice.
//! What must lie on one side is an interval, a chain of back edges from the highest to the lowest end, and
//! two intervals that must lie on opposite sides are a conflict.
//!
//! De Fraysseix, Ossona de Mendez, Rosenstiehl (2006), Trémaux trees and planarity; Brandes (2009), The
//! left-right planarity test.

/// No edge, vertex or half of an edge.
const NONE: usize = usize::MAX;

/// A simple graph, and the memory to test it in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Planarity {
    /// The latest half-edge out of each vertex.
    first: Vec<usize>,
    /// The half-edge before it out of the same vertex; edge `e` has the halves `2 e` and `2 e + 1`.
    next: Vec<usize>,
    /// Where each half-edge leads.
    heads: Vec<usize>,

    /// The depth of each vertex in the search tree.
    heights: Vec<usize>,
    /// The tree edge into each vertex.
    parents: Vec<usize>,
    /// The half-edge or the place in the sorted list that a search goes on with, for each vertex.
    cursors: Vec<usize>,
    /// The vertices from the root to the present one.
    path: Vec<usize>,
    /// The direction in which each edge was walked: one of its halves.
    walked: Vec<usize>,
    /// The height of the lowest vertex that each edge returns to, and the lowest one but this.
    low: Vec<usize>,
    second: Vec<usize>,
    /// How many edges have each nesting depth, then where they end.
    depths: Vec<usize>,
    /// The walked edges by nesting depth; then again, vertex by vertex.
    by_depth: Vec<usize>,
    sorted: Vec<usize>,
    /// Where the sorted edges of each vertex start.
    starts: Vec<usize>,

    /// The next lower edge of the same interval.
    below: Vec<usize>,
    /// The back edge by which each edge returns lowest.
    lowest: Vec<usize>,
    /// How many conflicts there were before each edge.
    bottoms: Vec<usize>,
    /// Pairs of intervals on opposite sides.
    conflicts: Vec<Conflict>,
}

/// Back edges on one side, by their highest and lowest ends.
#[derive(Clone, Copy, Debug)]
struct Interval {
    high: usize,
    low: usize,
}

#[derive(Clone, Copy, Debug)]
struct Conflict {
    left: Interval,
    right: Interval,
}

const EMPTY: Interval = Interval { high: NONE, low: NONE };

impl Interval {
    fn is_empty(self) -> bool {
        self.high == NONE
    }
}

impl Planarity {
    /// Forgets all edges, keeping the memory.
    pub(crate) fn reset(&mut self, vertices: usize) {
        let edges = 3 * vertices;
        for list in [&mut self.first, &mut self.heights, &mut self.parents, &mut self.cursors] {
            list.clear();
            list.resize(vertices, NONE);
        }
        for list in [&mut self.starts, &mut self.path] {
            list.clear();
            list.reserve(vertices + 1);
        }
        for list in [&mut self.next, &mut self.heads, &mut self.depths] {
            list.clear();
            list.reserve(2 * edges);
        }
        for list in [&mut self.walked, &mut self.low, &mut self.second, &mut self.by_depth, &mut self.sorted]
        {
            list.clear();
            list.reserve(edges);
        }
        for list in [&mut self.below, &mut self.lowest, &mut self.bottoms] {
            list.clear();
            list.reserve(edges);
        }
        self.conflicts.clear();
        self.conflicts.reserve(edges);
    }

    /// Adds an edge unless the graph would no longer be planar, and tells whether it was added.
    pub(crate) fn add(&mut self, a: usize, b: usize) -> bool {
        for (tail, head) in [(a, b), (b, a)] {
            self.heads.push(head);
            self.next.push(self.first[tail]);
            self.first[tail] = self.heads.len() - 1;
        }
        let planar = self.is_planar_around(a);
        if !planar {
            for tail in [b, a] {
                self.first[tail] = self.next.pop().unwrap_or(NONE);
                self.heads.pop();
            }
        }
        planar
    }

    fn edges(&self) -> usize {
        self.heads.len() / 2
    }

    /// Tests the part of the graph that hangs together with `root`.
    fn is_planar_around(&mut self, root: usize) -> bool {
        self.orient(root);
        if self.path.len() > 2 && self.by_depth.len() > 3 * self.path.len() - 6 {
            return false;
        }
        self.sort();
        self.test(root)
    }

    fn head(&self, edge: usize) -> usize {
        self.heads[self.walked[edge]]
    }

    fn tail(&self, edge: usize) -> usize {
        self.heads[self.walked[edge] ^ 1]
    }

    /// Walks every edge once; leaves the vertices reached in `path` and the edges walked in `by_depth`.
    fn orient(&mut self, root: usize) {
        let edges = self.edges();
        self.heights.fill(NONE);
        self.parents.fill(NONE);
        self.cursors.copy_from_slice(&self.first);
        for list in [&mut self.walked, &mut self.low, &mut self.second] {
            list.clear();
            list.resize(edges, NONE);
        }
        self.by_depth.clear();
        self.path.clear();
        self.heights[root] = 0;
        let mut vertex = root;
        loop {
            let half = self.cursors[vertex];
            if half == NONE {
                self.path.push(vertex);
                let parent = self.parents[vertex];
                if parent == NONE {
                    return;
                }
                vertex = self.tail(parent);
                self.hand_up(parent, vertex);
                continue;
            }
            self.cursors[vertex] = self.next[half];
            let edge = half / 2;
            if self.walked[edge] != NONE {
                continue;
            }
            self.walked[edge] = half;
            self.by_depth.push(edge);
            let (head, height) = (self.heads[half], self.heights[vertex]);
            (self.low[edge], self.second[edge]) = (height, height);
            if self.heights[head] == NONE {
                self.parents[head] = edge;
                self.heights[head] = height + 1;
                vertex = head;
            } else {
                self.low[edge] = self.heights[head];
                self.hand_up(edge, vertex);
            }
        }
    }

    /// Tells the tree edge into a vertex how low an edge out of it returns.
    fn hand_up(&mut self, edge: usize, vertex: usize) {
        let parent = self.parents[vertex];
        if parent == NONE {
            return;
        }
        let (low, second) = (self.low[edge], self.second[edge]);
        if low < self.low[parent] {
            self.second[parent] = self.low[parent].min(second);
            self.low[parent] = low;
        } else if low > self.low[parent] {
            self.second[parent] = self.second[parent].min(low);
        } else {
            self.second[parent] = self.second[parent].min(second);
        }
    }

    /// Sorts the edges out of each vertex by nesting depth: what returns lower encloses what returns less
    /// low.
    fn sort(&mut self) {
        let Self { heads, heights, walked, low, second, depths, by_depth, sorted, starts, .. } = self;
        let tail = |edge: usize| heads[walked[edge] ^ 1];
        let depth = |edge: usize| 2 * low[edge] + usize::from(second[edge] < heights[tail(edge)]);
        let vertices = heights.len();
        // Two stable counting sorts, from the last edge to the first.
        depths.clear();
        depths.resize(2 * vertices + 1, 0);
        by_depth.iter().for_each(|&edge| depths[depth(edge)] += 1);
        accumulate(depths);
        sorted.clear();
        sorted.resize(by_depth.len(), NONE);
        for &edge in by_depth.iter().rev() {
            let place = &mut depths[depth(edge)];
            *place -= 1;
            sorted[*place] = edge;
        }
        std::mem::swap(sorted, by_depth);
        starts.clear();
        starts.resize(vertices + 1, 0);
        by_depth.iter().for_each(|&edge| starts[tail(edge)] += 1);
        accumulate(starts);
        for &edge in by_depth.iter().rev() {
            let place = &mut starts[tail(edge)];
            *place -= 1;
            sorted[*place] = edge;
        }
    }

    /// Looks for a choice of sides.
    fn test(&mut self, root: usize) -> bool {
        let edges = self.edges();
        for list in [&mut self.below, &mut self.lowest, &mut self.bottoms] {
            list.clear();
            list.resize(edges, NONE);
        }
        self.conflicts.clear();
        let vertices = self.heights.len();
        self.cursors.copy_from_slice(&self.starts[..vertices]);
        let mut vertex = root;
        loop {
            let place = self.cursors[vertex];
            let parent = self.parents[vertex];
            if place == self.starts[vertex + 1] {
                if parent == NONE {
                    return true;
                }
                vertex = self.tail(parent);
                self.trim(parent, vertex);
                if !self.integrate(parent, vertex) {
                    return false;
                }
                self.cursors[vertex] += 1;
                continue;
            }
            let edge = self.sorted[place];
            self.bottoms[edge] = self.conflicts.len();
            let head = self.head(edge);
            if self.parents[head] == edge {
                vertex = head;
            } else {
                self.lowest[edge] = edge;
                self.conflicts.push(Conflict { left: EMPTY, right: Interval { high: edge, low: edge } });
                if !self.integrate(edge, vertex) {
                    return false;
                }
                self.cursors[vertex] += 1;
            }
        }
    }

    /// Brings the back edges of one edge out of a vertex together with those of the edges before it.
    fn integrate(&mut self, edge: usize, vertex: usize) -> bool {
        if self.low[edge] >= self.heights[vertex] {
            return true;
        }
        let parent = self.parents[vertex];
        if self.cursors[vertex] == self.starts[vertex] {
            // What returns below the vertex returns through the edge into it.
            self.lowest[parent] = self.lowest[edge];
            return true;
        }
        self.constrain(edge, parent)
    }

    fn conflicts_with(&self, interval: Interval, edge: usize) -> bool {
        !interval.is_empty() && self.low[interval.high] > self.low[edge]
    }

    /// The back edges of `edge` go to one side, and those before it that return higher go to the other.
    fn constrain(&mut self, edge: usize, parent: usize) -> bool {
        let mut merged = Conflict { left: EMPTY, right: EMPTY };
        while self.conflicts.len() > self.bottoms[edge] {
            let Some(Conflict { mut left, mut right }) = self.conflicts.pop() else { break };
            if !left.is_empty() {
                std::mem::swap(&mut left, &mut right);
            }
            if !left.is_empty() {
                return false;
            }
            if self.low[right.low] > self.low[parent] {
                self.extend(&mut merged.right, right);
            } else {
                // They return as low as the parent, where nothing can cross them.
                self.below[right.low] = self.lowest[parent];
            }
        }
        while let Some(&Conflict { mut left, mut right }) = self.conflicts.last() {
            if !self.conflicts_with(left, edge) && !self.conflicts_with(right, edge) {
                break;
            }
            self.conflicts.pop();
            if self.conflicts_with(right, edge) {
                std::mem::swap(&mut left, &mut right);
            }
            if self.conflicts_with(right, edge) {
                return false;
            }
            // The right one returns below `edge` and lies beneath its back edges.
            self.extend(&mut merged.right, right);
            self.extend(&mut merged.left, left);
        }
        if !(merged.left.is_empty() && merged.right.is_empty()) {
            self.conflicts.push(merged);
        }
        true
    }

    /// Puts an interval beneath another one.
    fn extend(&mut self, interval: &mut Interval, lower: Interval) {
        if lower.is_empty() {
            return;
        }
        if interval.is_empty() {
            *interval = lower;
        } else {
            self.below[interval.low] = lower.high;
            interval.low = lower.low;
        }
    }

    /// Takes away the back edges that end at `vertex`, as the search goes back over `edge` to it.
    fn trim(&mut self, edge: usize, vertex: usize) {
        let height = self.heights[vertex];
        while let Some(conflict) = self.conflicts.last() {
            let Conflict { left, right } = *conflict;
            let low = |interval: Interval| if interval.is_empty() { NONE } else { self.low[interval.low] };
            if low(left).min(low(right)) != height {
                break;
            }
            self.conflicts.pop();
        }
        if let Some(mut conflict) = self.conflicts.pop() {
            for interval in [&mut conflict.left, &mut conflict.right] {
                while interval.high != NONE && self.head(interval.high) == vertex {
                    interval.high = self.below[interval.high];
                }
            }
            // An interval that vanished hangs beneath the other one.
            let lows = (conflict.left.low, conflict.right.low);
            for (own, other) in [(&mut conflict.left, lows.1), (&mut conflict.right, lows.0)] {
                if own.high == NONE && own.low != NONE {
                    self.below[own.low] = other;
                    own.low = NONE;
                }
            }
            self.conflicts.push(conflict);
        }
        if self.low[edge] < height
            && let Some(&Conflict { left, right }) = self.conflicts.last()
        {
            let lower_right =
                right.is_empty() || (!left.is_empty() && self.low[left.high] > self.low[right.high]);
            self.below[edge] = if lower_right { left.high } else { right.high };
        }
    }
}

/// Turns counts into where each kind ends.
fn accumulate(counts: &mut [usize]) {
    let mut sum = 0;
    for count in counts {
        sum += *count;
        *count = sum;
    }
}
