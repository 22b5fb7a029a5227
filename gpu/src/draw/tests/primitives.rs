//! Which pixels primitives cover, and what they hold.

use super::*;

#[test]
fn a_mesh_covers_every_pixel_once() {
    let mut image = Image::new(vk::Format::R32_SFLOAT, 150, 130, 1, 1);
    // A grid with crooked points inside, whose border is that of the image.
    let cells = 9;
    let point = |i: u32, j: u32| {
        let jitter = |n: u32| {
            let inside = (1..cells).contains(&i) && (1..cells).contains(&j);
            if inside { ((i * 7919 + j * 104_729 + n * 31) % 97) as f32 / 97.0 * 12.0 - 6.0 } else { 0.0 }
        };
        (i as f32 / cells as f32 * 150.0 + jitter(1), j as f32 / cells as f32 * 130.0 + jitter(2))
    };
    let mut list = Vec::new();
    for (i, j) in (0..cells).flat_map(|j| (0..cells).map(move |i| (i, j))) {
        let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
        let order = if (i + j) % 2 == 0 { [0, 1, 2, 0, 2, 3] } else { [3, 0, 1, 3, 1, 2] };
        for n in order {
            let (x, y) = point(corners[n].0, corners[n].1);
            list.push(at(&image, x, y, 1.0));
        }
    }
    let mut scene = Scene::new(&image, list);
    scene.count_coverage();
    assert_eq!(scene.draw(), 150 * 130);
    for (x, y) in (0..130).flat_map(|y| (0..150).map(move |x| (x, y))) {
        assert_eq!(image.color(x, y)[0], 1.0, "{x} {y}");
    }
    image.fill([0.0; 4]);
}

#[test]
fn samples_of_a_shared_edge_belong_to_one_triangle() {
    for samples in [2, 4, 8, 16] {
        let image = Image::new(vk::Format::R32_SFLOAT, 20, 20, samples, 1);
        let corners = [(0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0)];
        let center = (7.3, 11.9);
        let mut list = Vec::new();
        for n in 0..4 {
            for (x, y) in [corners[n], corners[(n + 1) % 4], center] {
                list.push(at(&image, x, y, 1.0));
            }
        }
        let mut scene = Scene::new(&image, list);
        scene.count_coverage();
        assert_eq!(scene.draw(), u64::from(20 * 20 * samples));
        for (x, y, sample) in
            (0..20).flat_map(|y| (0..20).flat_map(move |x| (0..samples).map(move |s| (x, y, s))))
        {
            assert_eq!(f32::from_bits(image.bits(x, y, 0, sample)[0]), 1.0, "{x} {y} {sample} of {samples}");
        }
    }
}

#[test]
fn pixel_centers_on_edges_belong_to_top_and_left() {
    let image = Image::new(vk::Format::R32_SFLOAT, 6, 6, 1, 1);
    let square = [(1.5, 1.5), (4.5, 1.5), (4.5, 4.5), (1.5, 1.5), (4.5, 4.5), (1.5, 4.5)];
    Scene::new(&image, square.map(|(x, y)| at(&image, x, y, 1.0)).to_vec()).draw();
    assert_eq!(image.text(), ["......", ".###..", ".###..", ".###..", "......", "......"]);
}

#[test]
fn attributes_are_those_of_the_place() {
    for samples in [1, 4] {
        let image = Image::new(vk::Format::R32G32B32A32_SFLOAT, 40, 30, samples, 1);
        // Color is the position over the whole plane, whatever w is.
        let vertex = |x: f32, y: f32, w: f32| {
            let ([u, v, ..], _) = at(&image, x, y, 0.0);
            ([u * w, v * w, 0.5 * w, w], [x * w, y * w, w, 1.0])
        };
        let list = vec![vertex(0.0, 0.0, 1.0), vertex(80.0, 0.0, 3.0), vertex(0.0, 60.0, 0.5)];
        let scene = Scene::new(&image, list);
        scene.draw();
        for (x, y) in (0..30).flat_map(|y| (0..40).map(move |x| (x, y))) {
            let [s, t, w, one] = image.color(x, y);
            if samples == 1 || one == 1.0 {
                assert!(
                    (s / w - x as f32 - 0.5).abs() < 1e-3 && (t / w - y as f32 - 0.5).abs() < 1e-3,
                    "{x} {y}"
                );
            }
        }
    }
}

#[test]
fn what_crosses_the_near_plane_or_leaves_the_guard_band_is_cut() {
    let image = Image::new(vk::Format::R32_SFLOAT, 32, 32, 1, 1);
    // A plane that goes through the eye: the lower half of the image sees it.
    let ground = vec![
        ([-1e6, 1.0, 0.5, 1.0], [1.0; 4]),
        ([1e6, 1.0, 0.5, 1.0], [1.0; 4]),
        ([0.0, 0.0, 2e5, 4e5], [1.0; 4]),
        ([-1.0, 1.0, -3.0, -1.0], [1.0; 4]),
        ([1.0, 1.0, -3.0, -1.0], [1.0; 4]),
        ([0.0, 4.0, 3.0, 4.0], [1.0; 4]),
    ];
    let mut scene = Scene::new(&image, ground);
    scene.count_coverage();
    scene.draw();
    let text = image.text();
    assert_eq!(text[31], "#".repeat(32).replace('#', &text[31][..1]));
    assert!(text[..15].iter().all(|row| row.chars().all(|c| c == '.')), "{text:#?}");
}

#[test]
fn wild_positions_do_no_harm() {
    let image = Image::new(vk::Format::R8G8B8A8_UNORM, 70, 70, 4, 1);
    let wild = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        1e-40,
        1e-20,
        1e10,
        -1e30,
        f32::MAX,
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
    ];
    let mut state = 12345u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        wild[(state >> 16) as usize % wild.len()]
    };
    let list: Vec<Vertex> = (0..3000).map(|_| ([next(), next(), next(), next()], [next(); 4])).collect();
    let mut scene = Scene::new(&image, list);
    for topology in 0..10 {
        scene.state.assembly.topology = vk::PrimitiveTopology::from_raw(topology);
        for mode in [vk::PolygonMode::FILL, vk::PolygonMode::LINE, vk::PolygonMode::POINT] {
            scene.state.rasterization.polygon_mode = mode;
            for line_mode in [vk::LineRasterizationModeEXT::DEFAULT, vk::LineRasterizationModeEXT::BRESENHAM]
            {
                scene.state.rasterization.line_mode = line_mode;
                scene.draw();
            }
        }
    }
    scene.state.viewport.viewports[0] = vk::Viewport {
        x: f32::NAN,
        y: -1e30,
        width: f32::INFINITY,
        height: 1e9,
        min_depth: 3.0,
        max_depth: f32::NAN,
    };
    scene.draw();
}

#[test]
fn a_target_of_no_size_takes_no_draw() {
    let image = Image::new(vk::Format::R8G8B8A8_UNORM, 1, 1, 1, 1);
    let mut scene = Scene::new(
        &image,
        vec![
            ([-1.0, -1.0, 0.0, 1.0], [1.0; 4]),
            ([3.0, -1.0, 0.0, 1.0], [1.0; 4]),
            ([-1.0, 3.0, 0.0, 1.0], [1.0; 4]),
        ],
    );
    scene.targets.area.extent.width = 0;
    assert_eq!(scene.draw(), 0);
    scene.targets.area = vk::Rect2D {
        offset: vk::Offset2D { x: -5, y: i32::MAX },
        extent: vk::Extent2D { width: u32::MAX, height: u32::MAX },
    };
    assert_eq!(scene.draw(), 0);
    scene.targets.area = vk::Rect2D {
        offset: vk::Offset2D { x: -5, y: -5 },
        extent: vk::Extent2D { width: u32::MAX, height: u32::MAX },
    };
    assert_eq!(scene.draw(), 1);
    scene.state.viewport.viewports.clear();
    assert_eq!(scene.draw(), 0);
}

#[test]
fn lines_points_and_polygon_modes_look_as_they_always_did() {
    let image = Image::new(vk::Format::R32_SFLOAT, 12, 6, 1, 1);
    let list = vec![at(&image, 1.5, 1.5, 1.0), at(&image, 10.5, 4.5, 1.0), at(&image, 2.0, 5.0, 0.5)];
    let draw = |change: &dyn Fn(&mut Scene)| {
        let mut image = Image::new(vk::Format::R32_SFLOAT, 12, 6, 1, 1);
        image.fill([0.0; 4]);
        let mut scene = Scene::new(&image, list.clone());
        scene.state.stages.fragment = Some(pass(Interpolation::Flat));
        change(&mut scene);
        scene.draw();
        image.text()
    };
    let lines = draw(&|scene| scene.state.assembly.topology = vk::PrimitiveTopology::LINE_LIST);
    assert_eq!(
        lines,
        ["............", ".##.........", "...###......", "......###...", ".........#..", "............"]
    );
    let bresenham = draw(&|scene| {
        scene.state.assembly.topology = vk::PrimitiveTopology::LINE_LIST;
        scene.state.rasterization.line_mode = vk::LineRasterizationModeEXT::BRESENHAM;
    });
    assert_eq!(
        bresenham,
        ["............", ".##.........", "...###......", "......###...", ".........#..", "............"]
    );
    let stipple = |mode: vk::LineRasterizationModeEXT| {
        draw(&|scene| {
            scene.state.assembly.topology = vk::PrimitiveTopology::LINE_STRIP;
            scene.state.rasterization.line_mode = mode;
            scene.state.rasterization.line_stipple = Some(LineStipple { factor: 2, pattern: 0x5555 });
        })
    };
    let dashes = stipple(vk::LineRasterizationModeEXT::BRESENHAM);
    assert_eq!(dashes[1..5], [".##.........", ".....#......", "......#.....", "..##..##.##."], "{dashes:#?}");
    let lengths = stipple(vk::LineRasterizationModeEXT::RECTANGULAR);
    assert_eq!(lengths[1], ".##.........", "{lengths:#?}");
    let wide = draw(&|scene| {
        scene.state.assembly.topology = vk::PrimitiveTopology::LINE_LIST;
        scene.state.rasterization.line_width = 3.0;
    });
    assert_eq!(wide.iter().map(|row| row.matches('#').count()).sum::<usize>(), 27, "{wide:#?}");
    let points = draw(&|scene| scene.state.assembly.topology = vk::PrimitiveTopology::POINT_LIST);
    assert_eq!(points.iter().map(|row| row.matches('#').count()).sum::<usize>(), 2, "{points:#?}");
    let outline = draw(&|scene| scene.state.rasterization.polygon_mode = vk::PolygonMode::LINE);
    assert_eq!(outline[1], ".##.........", "{outline:#?}");
    let flat =
        draw(&|scene| scene.state.rasterization.provoking_vertex = vk::ProvokingVertexModeEXT::LAST_VERTEX);
    assert!(flat.iter().all(|row| !row.contains('#')) && flat.iter().any(|row| row.contains('5')));
}

#[test]
fn facing_and_culling_follow_the_winding() {
    let image = Image::new(vk::Format::R32_SFLOAT, 8, 8, 1, 1);
    // Clockwise as one sees it.
    let list = vec![at(&image, 0.0, 0.0, 1.0), at(&image, 8.0, 0.0, 1.0), at(&image, 0.0, 8.0, 1.0)];
    let mut scene = Scene::new(&image, list);
    let mut passed = |front: vk::FrontFace, cull: vk::CullModeFlags| {
        scene.state.rasterization.front_face = front;
        scene.state.rasterization.cull_mode = cull;
        scene.draw() > 0
    };
    assert!(passed(vk::FrontFace::CLOCKWISE, vk::CullModeFlags::BACK));
    assert!(!passed(vk::FrontFace::CLOCKWISE, vk::CullModeFlags::FRONT));
    assert!(!passed(vk::FrontFace::COUNTER_CLOCKWISE, vk::CullModeFlags::BACK));
    assert!(passed(vk::FrontFace::COUNTER_CLOCKWISE, vk::CullModeFlags::FRONT));
    assert!(!passed(vk::FrontFace::CLOCKWISE, vk::CullModeFlags::FRONT_AND_BACK));
}

#[test]
fn a_fan_covers_what_its_polygon_does() {
    let image = Image::new(vk::Format::R32_SFLOAT, 100, 100, 1, 1);
    for seed in 0..20 {
        let corners = 3 + seed % 7;
        let polygon: Vec<(f32, f32)> = (0..corners)
            .map(|n| {
                let angle = (n as f32 + (seed as f32 * 0.37) % 1.0) / corners as f32 * std::f32::consts::TAU;
                (50.0 + 45.0 * angle.cos(), 50.0 + (20.0 + seed as f32) * angle.sin())
            })
            .collect();
        let fan = polygon.iter().map(|&(x, y)| at(&image, x, y, 1.0)).collect();
        let mut scene = Scene::new(&image, fan);
        scene.state.assembly.topology = vk::PrimitiveTopology::TRIANGLE_FAN;
        // Snapped as the pipeline does it; a center is inside if it is on the right side of all edges.
        let snapped: Vec<(i64, i64)> = polygon
            .iter()
            .map(|&(x, y)| {
                let ([x, y, ..], _) = at(&image, x, y, 0.0);
                let snap = |v: f32| (f64::from(50.0 + 50.0 * v) * 256.0).round_ties_even() as i64;
                (snap(x), snap(y))
            })
            .collect();
        let inside = |x: i64, y: i64| {
            (0..snapped.len()).all(|n| {
                let (p, q) = (snapped[n], snapped[(n + 1) % snapped.len()]);
                let (a, b) = (p.1 - q.1, q.0 - p.0);
                let side = a * (x - p.0) + b * (y - p.1);
                side > 0 || side == 0 && (a > 0 || a == 0 && b > 0)
            })
        };
        let wanted = (0..100)
            .flat_map(|y| (0..100).map(move |x| (x, y)))
            .filter(|&(x, y)| inside(x * 256 + 128, y * 256 + 128))
            .count();
        assert_eq!(scene.draw(), wanted as u64, "{seed}");
    }
}
